package live

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"example.com/simrun/worker"
)

// Serve is the whole life of a child process: it runs the attempts that frames on in ask for, and says on out how they
// ended, until in ends. The program that a keeper starts must call it and nothing else.
func Serve(in io.Reader, out io.Writer) error {
	// The signals of a terminal go to all processes of a group: the parent decides what ends its children.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	lower()
	r := bufio.NewReader(in)
	hello, err := readFrame(r)
	if err != nil {
		return err
	}
	if hello.kind != frameHello || hello.code > uint8(worker.Solo) {
		return fmt.Errorf("first frame: kind %d, pool %d: want a hello of a known pool", hello.kind, hello.code)
	}
	var mu sync.Mutex
	var buf []byte
	send := func(f frame) {
		mu.Lock()
		defer mu.Unlock()
		buf = f.append(buf[:0])
		_, _ = out.Write(buf) // the parent is gone: in ends, too
	}
	crew := newRoom(Process, worker.Pool(hello.code), Rate(hello.number), func(n notice) { send(frameOf(n)) })
	crew.die, crew.services = dieNow, &dialer{address: hello.text}
	send(frame{kind: frameReady})
	for {
		f, err := readFrame(r)
		switch {
		case errors.Is(err, io.EOF):
			return nil // what still runs ends with the process
		case err != nil:
			return err
		}
		switch f.kind {
		case frameStart:
			crew.start(f.job())
		case frameStop:
			crew.stop(f.slot, f.gen)
		default:
			return fmt.Errorf("frame of kind %d: want a start or a stop", f.kind)
		}
	}
}

// dieNow is a crash as the parent of a child sees it: no word, no clean-up.
func dieNow() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Kill()
	}
	select {} // the signal is on its way
}
