package main

import (
	"fmt"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"
)

// mostCores is more than any machine has.
const mostCores = 1 << 16

// coreCount is how many cores may be used to simulate; 0 = all. It is the value of a flag.
type coreCount int

// coresFlag is --cores of all commands that simulate.
func coresFlag(c *cobra.Command, to *coreCount) {
	c.Flags().Var(to, "cores", "simulate on at most this many cores (default all); results do not depend on it")
}

// Set implements the value of a flag.
func (n *coreCount) Set(text string) error {
	x, err := strconv.Atoi(text)
	if err != nil || x < 0 || x > mostCores {
		return fmt.Errorf("want a whole number from 1 to %d, or 0 for all", mostCores)
	}
	*n = coreCount(x)
	return nil
}

// String implements the value of a flag; 0 is said to be the default by the words of the flag.
func (n *coreCount) String() string { return strconv.Itoa(int(*n)) }

// Type implements the value of a flag.
func (n *coreCount) Type() string { return "int" }

// used is how many of them to use.
func (n coreCount) used() int {
	if n == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return int(n)
}
