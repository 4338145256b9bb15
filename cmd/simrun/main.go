package main

import (
	"context"
	"os"

	"example.com/simrun/live"
)

func main() {
	if live.IsChild() {
		os.Exit(child(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
