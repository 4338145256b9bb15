package serve

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Page is what is shown, and who answers its questions.
type Page struct {
	HTML []byte
	Ask  func(ctx context.Context, question []byte, tell func(answer []byte)) error
}

// Work is what a server does.
type Work struct {
	// Make makes a page, which tells its version. Meanwhile it says how far it is, and once of which files the page is made.
	Make func(ctx context.Context, version string, say func(string), of func(files []string)) (*Page, error)
	// Files are those of which the first page is made, as far as they are known.
	Files []string
	// Blank is shown before there is a page.
	Blank []byte
	// Every is how often files are looked at; 0 = twice a second.
	Every time.Duration
}

// Server is a page that is served.
type Server struct {
	work  Work
	token string
	host  string // with its port
	all   sync.WaitGroup

	asking chan struct{} // a place for each question that is answered at once

	mu        sync.Mutex
	page      *Page // nil = there is none yet
	now       news
	listeners map[chan struct{}]bool
}

// news are what who has the page open is told.
type news struct {
	version string // of the page
	said    string // how far the next one is, or what is wrong
	wrong   bool
}

// Bounds of what is let in.
const (
	mostConnections = 128
	mostListeners   = 32
	mostAsking      = 4
	mostQuestion    = 64 << 10
	headTime        = 5 * time.Second
	bodyTime        = 10 * time.Second
	idleTime        = 30 * time.Second
	writeTime       = 20 * time.Second
)

// Listen opens a free port of the loopback address, and returns what it is called in a browser.
func Listen(w Work) (s *Server, l net.Listener, address string, err error) {
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, nil, "", err
	}
	if l, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
		return nil, nil, "", err
	}
	s = &Server{
		work: w, token: hex.EncodeToString(secret[:]), host: l.Addr().String(),
		asking: make(chan struct{}, mostAsking), listeners: map[chan struct{}]bool{},
	}
	return s, limited(l, mostConnections), "http://" + s.host + "/" + s.token + "/", nil
}

// Serve serves until the context ends, which is no error. Then nothing of it is left running.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{
		Handler: s, BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, IdleTimeout: idleTime, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // what strangers send is nobody's concern
	}
	s.all.Go(func() { s.watch(ctx) })
	s.all.Go(func() {
		<-ctx.Done()
		_ = server.Close()
	})
	err := server.Serve(l)
	stop()
	s.all.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// tell tells the news to all who listen.
func (s *Server) tell(change func(*news)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.now)
	for l := range s.listeners {
		select {
		case l <- struct{}{}:
		default: // it has not looked yet
		}
	}
}

// latest are the news, and the page.
func (s *Server) latest() (news, *Page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now, s.page
}
