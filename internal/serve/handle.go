package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.all.Add(1)
	defer s.all.Done()
	path, ok := s.guard(w, r)
	if !ok {
		return
	}
	out := &stream{w: w, control: http.NewResponseController(w)}
	switch path {
	case "":
		s.show(out)
	case "events":
		s.events(out, r)
	case "ask":
		s.ask(out, r)
	}
}

// stream writes to somebody who may be slow, or gone.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// write writes and sends; false where nobody takes it.
func (o *stream) write(data []byte) bool {
	if o.control.SetWriteDeadline(time.Now().Add(writeTime)) != nil {
		return false
	}
	if _, err := o.w.Write(data); err != nil {
		return false
	}
	return o.control.Flush() == nil
}

// lasting says that the request may take as long as it takes.
func (o *stream) lasting() bool { return o.control.SetReadDeadline(time.Time{}) == nil }

func (s *Server) show(out *stream) {
	_, page := s.latest()
	html := s.work.Blank
	if page != nil {
		html = page.HTML
	}
	out.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	out.write(html)
}

// heartbeat is how often a listener is written to, so that one that is gone is noticed.
const heartbeat = 15 * time.Second

// events tells the news as they come.
func (s *Server) events(out *stream, r *http.Request) {
	woken := make(chan struct{}, 1)
	if !s.listen(woken) {
		http.Error(out.w, "too many listeners", http.StatusServiceUnavailable)
		return
	}
	defer s.leave(woken)
	out.w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	told := news{}
	if !out.lasting() {
		return
	}
	for {
		now, _ := s.latest()
		if !out.write(eventsFrom(told, now)) {
			return
		}
		told = now
		select {
		case <-r.Context().Done():
			return
		case <-woken:
		case <-beat.C:
		}
	}
}

func (s *Server) listen(woken chan struct{}) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.listeners) >= mostListeners {
		return false
	}
	s.listeners[woken] = true
	return true
}

func (s *Server) leave(woken chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, woken)
}

// eventsFrom is what is new, as server-sent events; a comment where nothing is.
func eventsFrom(told, now news) []byte {
	var b strings.Builder
	b.WriteString(": \n\n")
	event := func(name, data string) {
		fmt.Fprintf(&b, "event: %s\n", name)
		for line := range strings.SplitSeq(strings.ReplaceAll(data, "\r", ""), "\n") {
			fmt.Fprintf(&b, "data: %s\n", line)
		}
		b.WriteString("\n")
	}
	if now.version != told.version {
		event("page", now.version)
	}
	if now.said != told.said || now.wrong != told.wrong {
		name := "progress"
		if now.wrong {
			name = "wrong"
		}
		event(name, now.said)
	}
	return []byte(b.String())
}

// ask answers a question about the page, a line an answer.
func (s *Server) ask(out *stream, r *http.Request) {
	if r.Header.Get("Content-Type") != "application/json" {
		http.Error(out.w, "want application/json", http.StatusUnsupportedMediaType)
		return
	}
	_, page := s.latest()
	if page == nil {
		http.Error(out.w, "no page yet", http.StatusServiceUnavailable)
		return
	}
	question, err := io.ReadAll(http.MaxBytesReader(out.w, r.Body, mostQuestion))
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(out.w, "no question", status)
		return
	}
	select {
	case s.asking <- struct{}{}:
		defer func() { <-s.asking }()
	default:
		http.Error(out.w, "other questions are being answered", http.StatusTooManyRequests)
		return
	}
	if !out.lasting() {
		return
	}
	out.w.Header().Set("Content-Type", "application/x-ndjson")
	if err := page.Ask(r.Context(), question, func(answer []byte) { out.write(append(answer, '\n')) }); err != nil && r.Context().Err() == nil {
		http.Error(out.w, err.Error(), http.StatusBadRequest) // before any answer
	}
}
