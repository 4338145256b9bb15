package serve

import (
	"net"
	"sync"
)

// limit is a listener with at most so many connections at once: others wait until one ends, as idle ones do by
// themselves.
type limit struct {
	net.Listener
	places chan struct{}
	once   sync.Once
	closed chan struct{}
}

func limited(l net.Listener, most int) net.Listener {
	return &limit{Listener: l, places: make(chan struct{}, most), closed: make(chan struct{})}
}

func (l *limit) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &place{Conn: c, leave: func() { <-l.places }}, nil
}

func (l *limit) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// place is a connection that gives its place back.
type place struct {
	net.Conn
	once  sync.Once
	leave func()
}

func (p *place) Close() error {
	p.once.Do(p.leave)
	return p.Conn.Close()
}
