package live

import (
	"bufio"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// exchange lets child processes call the services, through a socket of this machine: a frame asks, and a frame answers.
// A connection carries one call at a time, and closing it is hanging up.
type exchange struct {
	services directory
	dir      string // of the socket
	listener net.Listener
	wg       sync.WaitGroup

	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

// openExchange listens.
func openExchange(services directory) (*exchange, error) {
	dir, err := os.MkdirTemp("", "simrun")
	if err != nil {
		return nil, err
	}
	e := &exchange{services: services, dir: dir, open: map[net.Conn]bool{}}
	if e.listener, err = net.Listen("unix", filepath.Join(dir, "services")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	e.wg.Go(e.accept)
	return e, nil
}

// address is where children find it; "" = there are no services.
func (e *exchange) address() string {
	if e == nil {
		return ""
	}
	return e.listener.Addr().String()
}

func (e *exchange) accept() {
	for {
		conn, err := e.listener.Accept()
		if err != nil {
			return
		}
		e.mu.Lock()
		if e.closed {
			_ = conn.Close()
		} else {
			e.open[conn] = true
			e.wg.Go(func() { e.attend(conn) })
		}
		e.mu.Unlock()
	}
}

// attend passes on the calls of one connection until its caller hangs up or is killed.
func (e *exchange) attend(conn net.Conn) {
	left := make(chan struct{})
	defer func() {
		close(left)
		_ = conn.Close()
		e.mu.Lock()
		delete(e.open, conn)
		e.mu.Unlock()
	}()
	r := bufio.NewReader(conn)
	for {
		f, err := readFrame(r)
		if err != nil || f.kind != frameCall || len(f.phases) != 1 || uint32(f.phases[0].service) >= uint32(len(e.services)) {
			return
		}
		p := f.phases[0]
		p.timeout = 0 // the caller's own
		e.wg.Go(func() {
			if got := e.services.call(&p, left); got != hungUp {
				_, _ = conn.Write((&frame{kind: frameAnswer, code: uint8(got)}).append(nil))
			}
		})
	}
}

// close hangs up on everybody and leaves nothing behind.
func (e *exchange) close() error {
	if e == nil {
		return nil
	}
	_ = e.listener.Close()
	e.mu.Lock()
	e.closed = true
	for conn := range e.open {
		_ = conn.Close()
	}
	e.mu.Unlock()
	e.wg.Wait()
	return os.RemoveAll(e.dir)
}

// dialer is a child's way to the services.
type dialer struct {
	address string

	mu   sync.Mutex
	idle []*wire
}

// wire is one connection.
type wire struct {
	net.Conn
	r *bufio.Reader
}

// call implements caller. What cannot be reached has refused.
func (d *dialer) call(p *phase, left <-chan struct{}) reply {
	var until time.Time
	if p.timeout > 0 {
		until = time.Now().Add(p.timeout)
	}
	w, err := d.take(until)
	if err != nil {
		return refused
	}
	done, gone := make(chan struct{}), make(chan bool)
	go func() {
		select {
		case <-left:
			_ = w.Close()
			gone <- true
		case <-done:
			gone <- false
		}
	}()
	got, err := w.ask(p, until)
	close(done)
	switch {
	case <-gone:
		return hungUp
	case err != nil:
		_ = w.Close()
		return refused
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.idle = append(d.idle, w)
	return got
}

func (d *dialer) take(until time.Time) (*wire, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if last := len(d.idle) - 1; last >= 0 {
		w := d.idle[last]
		d.idle = d.idle[:last]
		return w, nil
	}
	conn, err := (&net.Dialer{Deadline: until}).Dial("unix", d.address)
	if err != nil {
		return nil, err
	}
	return &wire{conn, bufio.NewReader(conn)}, nil
}

func (w *wire) ask(p *phase, until time.Time) (reply, error) {
	if err := w.SetDeadline(until); err != nil {
		return refused, err
	}
	if _, err := w.Write((&frame{kind: frameCall, phases: []phase{*p}}).append(nil)); err != nil {
		return refused, err
	}
	f, err := readFrame(w.r)
	if err == nil && (f.kind != frameAnswer || f.code >= uint8(hungUp)) {
		err = errGarbage
	}
	return reply(f.code), err
}
