package live

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// child is one process, and what it has been asked to run.
type child struct {
	cmd  *exec.Cmd
	in   *os.File
	out  *os.File
	read chan struct{} // closed when its pipe has ended

	mu      sync.Mutex
	running []notice // the attempts that have not ended, in the order of their starts
	holder  int32    // gevent: the slot that computes, or none
	garbled bool
}

// spawn starts a child and waits for its first word.
func (k *keeper) spawn() (*child, error) {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		_, _ = theirIn.Close(), in.Close()
		return nil, err
	}
	c := &child{cmd: exec.Command(k.command[0], k.command[1:]...), in: in, out: out, read: make(chan struct{}), holder: none}
	c.cmd.Stdin, c.cmd.Stdout = theirIn, theirOut
	c.cmd.Env = append(os.Environ(), childVariable+"=1")
	err = c.cmd.Start()
	_, _ = theirIn.Close(), theirOut.Close()
	if err != nil {
		_, _ = in.Close(), out.Close()
		return nil, fmt.Errorf("child process: %w", err)
	}
	k.count(func(n *Children) { n.Started++; n.PIDs = append(n.PIDs, c.cmd.Process.Pid) })
	greeted := make(chan struct{})
	defer close(greeted)
	go func() {
		select {
		case <-k.over:
			_ = c.cmd.Process.Kill()
		case <-greeted:
		}
	}()
	r := bufio.NewReader(out)
	_ = out.SetReadDeadline(time.Now().Add(greeting))
	err = c.send(&frame{kind: frameHello, code: uint8(k.pool), number: float64(k.rate), text: k.services})
	if err == nil {
		var first frame
		if first, err = readFrame(r); err == nil && first.kind != frameReady {
			err = errGarbage
		}
	}
	if err != nil {
		_ = c.cmd.Process.Kill()
		_, _ = in.Close(), out.Close()
		_ = c.cmd.Wait()
		return nil, fmt.Errorf("child process %s: %w: want its first word within %v", k.command[0], err, greeting)
	}
	_ = out.SetReadDeadline(time.Time{})
	go k.listen(c, r)
	return c, nil
}

// listen passes on what a child says until it says no more.
func (k *keeper) listen(c *child, r *bufio.Reader) {
	defer close(c.read)
	for {
		f, err := readFrame(r)
		n, ok := f.notice()
		if err != nil || !ok {
			c.mu.Lock()
			c.garbled = err == nil || errors.Is(err, errGarbage)
			c.mu.Unlock()
			k.order(order{kind: orderBury, dead: c})
			return
		}
		switch n.kind {
		case ended:
			if !c.forget(n.slot, n.gen) {
				continue
			}
		default:
			c.mu.Lock()
			c.holder = none
			if n.kind == stalled {
				c.holder = n.slot
			}
			c.mu.Unlock()
		}
		k.post(n)
	}
}

func (c *child) find(slot int32, gen uint64) int {
	return slices.IndexFunc(c.running, func(n notice) bool { return n.slot == slot && n.gen == gen })
}

// runs says whether an attempt has not ended yet.
func (c *child) runs(slot int32, gen uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.find(slot, gen) >= 0
}

// busy says whether an attempt has not ended.
func (c *child) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.running) > 0
}

// forget takes an attempt off those that run; false if it is not among them.
func (c *child) forget(slot int32, gen uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(slot, gen)
	if i < 0 {
		return false
	}
	c.running = slices.Delete(c.running, i, i+1)
	return true
}

// send writes a frame; a child that does not read is as good as dead.
func (c *child) send(f *frame) error {
	_ = c.in.SetWriteDeadline(time.Now().Add(writing))
	_, err := c.in.Write(f.append(nil))
	return err
}

// childVariable marks the environment of a child, so that a program can be its own child without a command for it.
const childVariable = "SIMRUN_LIVE_CHILD"

// IsChild says that this process was started by a keeper, and has to call Serve.
func IsChild() bool { return os.Getenv(childVariable) != "" }
