package live_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/simrun/live"
)

// TestMain makes the test program its own child, in good and in bad health, and finds goroutines left behind. Tests that
// may run at once wait most of their time: eight do, however few cores there are.
func TestMain(m *testing.M) {
	if live.IsChild() {
		os.Exit(serve())
	}
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// soon is when an ill child falls ill: after its first word, while it has work.
const soon = 100 * time.Millisecond

// serve is a child; its last argument says what is wrong with it.
func serve() int {
	falls := func() {}
	ill := func(do func()) { falls = func() { time.AfterFunc(soon, do) } }
	switch os.Args[len(os.Args)-1] {
	case "mute":
		select {}
	case "rude":
		fmt.Print("hello, world, this is no frame")
		return 0
	case "dying":
		ill(func() { os.Exit(3) })
	case "stopping":
		ill(func() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) })
	case "babbling":
		ill(func() { fmt.Print(strings.Repeat("garbage", 1000)) })
	}
	if err := live.Serve(os.Stdin, &voice{Writer: os.Stdout, first: falls}); err != nil {
		return 1
	}
	return 0
}

// voice does something after the first word, which on a busy machine takes its time.
type voice struct {
	io.Writer
	first func()
}

func (v *voice) Write(b []byte) (int, error) {
	n, err := v.Writer.Write(b)
	if v.first != nil {
		v.first()
		v.first = nil
	}
	return n, err
}

// child is the command of a child with an illness; "" = none.
func child(illness string) []string { return []string{os.Args[0], illness} }
