package main

import (
	"fmt"
	"io"

	"example.com/simrun/live"
)

// child runs the program as a process of simrun bench: the environment says so, since no user ever starts it.
func child(in io.Reader, out, stderr io.Writer) int {
	if err := live.Serve(in, out); err != nil {
		fmt.Fprintf(stderr, "simrun: child of bench: %v\n", err)
		return exitFailed
	}
	return exitOK
}
