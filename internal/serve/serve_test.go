package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(settled{m}) }

// settled waits for net/http, which keeps a connection that it refused for half a second.
type settled struct{ *testing.M }

func (s settled) Run() int {
	defer time.Sleep(time.Second)
	return s.M.Run()
}

// served is a server of a file's text.
type served struct {
	address, host, file string
	stop                func()
}

func start(t *testing.T) *served {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(file, []byte("first"), 0o600))
	server, listener, address, err := Listen(Work{Blank: []byte("blank"), Files: []string{file}, Every: 5 * time.Millisecond, Make: func(ctx context.Context, version string, say func(string), of func([]string)) (*Page, error) {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		of([]string{file})
		say("half way")
		if string(text) == "wrong" {
			return nil, errors.New("x:1:1: wrong\nx:2:1: wrong, too")
		}
		return &Page{HTML: []byte(version + " " + string(text)), Ask: func(ctx context.Context, q []byte, tell func([]byte)) error {
			switch string(q) {
			case "for ever":
				<-ctx.Done()
				return ctx.Err()
			case "bad":
				return errors.New("want a better question")
			}
			tell([]byte("1"))
			tell(q)
			return nil
		}}, nil
	}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	s := &served{address: address, host: listener.Addr().String(), file: file}
	s.stop = func() {
		cancel()
		select {
		case err := <-ended:
			assert.NoError(t, err)
		case <-time.After(10 * time.Second):
			t.Error("the server does not end")
		}
		http.DefaultClient.CloseIdleConnections()
	}
	return s
}

// get returns what stands at an address.
func (s *served) get(t *testing.T) string {
	t.Helper()
	r, err := http.Get(s.address)
	require.NoError(t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, r.StatusCode)
	return string(text)
}

func (s *served) until(t *testing.T, want string) {
	t.Helper()
	got := ""
	for range 1000 {
		if got = s.get(t); strings.HasSuffix(got, want) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("the page is %q: want %q", got, want)
}

func TestThePageFollowsItsFile(t *testing.T) {
	s := start(t)
	defer s.stop()
	s.until(t, "first")
	r, err := http.Get(s.address + "events")
	require.NoError(t, err)
	defer r.Body.Close()
	events := bufio.NewScanner(r.Body)
	heard := func(want string) {
		t.Helper()
		for events.Scan() {
			if events.Text() == want {
				return
			}
		}
		t.Fatalf("no event %q: %v", want, events.Err())
	}
	heard("event: page")
	heard("data: 1")
	require.NoError(t, os.WriteFile(s.file, []byte("second one"), 0o600))
	heard("event: page")
	s.until(t, "second one")
	require.NoError(t, os.WriteFile(s.file, []byte("wrong"), 0o600))
	heard("event: wrong")
	heard("data: x:1:1: wrong")
	heard("data: x:2:1: wrong, too")
	s.until(t, "second one") // the last that there was
	require.NoError(t, os.Remove(s.file))
	heard("event: wrong")
	require.NoError(t, os.WriteFile(s.file, []byte("fourth"), 0o600))
	s.until(t, "fourth")
}

func (s *served) question(t *testing.T, method, path, body string, change func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.address+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Origin", "http://"+s.host)
	r.Header.Set("Content-Type", "application/json")
	change(r)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error() // cut off while it still sent
	}
	defer a.Body.Close()
	text, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(text)
}

func TestQuestions(t *testing.T) {
	s := start(t)
	defer s.stop()
	s.until(t, "first")
	ask := func(body string, change func(*http.Request)) (int, string) {
		return s.question(t, "POST", "ask", body, change)
	}
	asIs := func(*http.Request) {}
	status, text := ask("why", asIs)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "1\nwhy\n", text)
	status, text = ask("bad", asIs)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, text, "a better question")
	status, _ = ask(strings.Repeat("x", mostQuestion+1), asIs)
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	status, _ = ask("why", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
	assert.Equal(t, http.StatusUnsupportedMediaType, status)
	status, _ = ask("why", func(r *http.Request) { r.Header.Del("Origin") })
	assert.Equal(t, http.StatusForbidden, status)
}

// Who is stopped while questions are answered and events are heard leaves nothing behind.
func TestStopsInTheMiddle(t *testing.T) {
	s := start(t)
	s.until(t, "first")
	r, err := http.Get(s.address + "events")
	require.NoError(t, err)
	defer r.Body.Close()
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		s.question(t, "POST", "ask", "for ever", func(*http.Request) {}) //nolint:testifylint // it hangs until the server stops
	}()
	time.Sleep(20 * time.Millisecond)
	s.stop()
	<-asked
}

// zeros is a body that ends late.
type zeros struct{ left int }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), z.left)
	clear(p[:n])
	z.left -= n
	return n, nil
}

func TestHostileRequests(t *testing.T) {
	s := start(t)
	defer s.stop()
	s.until(t, "first")
	_, port, err := net.SplitHostPort(s.host)
	require.NoError(t, err)
	token := strings.Trim(strings.TrimPrefix(s.address, "http://"+s.host), "/")
	hostile := []struct {
		method, path string
		change       func(*http.Request)
	}{
		{"GET", "", func(r *http.Request) { r.Host = "evil.example" }},
		{"GET", "", func(r *http.Request) { r.Host = "localhost" + ":" + port }},
		{"GET", "", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }},
		{"GET", "", func(r *http.Request) { r.Header.Set("Origin", "null") }},
		{"GET", "", func(r *http.Request) { r.Header.Add("Origin", "http://evil.example") }},
		{"GET", "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }},
		{"GET", "events", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }},
		{"POST", "ask", func(r *http.Request) { r.Header.Del("Origin") }},
		{"POST", "ask", func(r *http.Request) { r.Header.Set("Origin", "https://"+s.host) }},
		{"POST", "ask", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }},
		{"GET", "ask", func(*http.Request) {}},
		{"POST", "", func(*http.Request) {}},
		{"DELETE", "", func(*http.Request) {}},
		{"TRACE", "events", func(*http.Request) {}},
		{"OPTIONS", "ask", func(*http.Request) {}},
		{"GET", "", func(r *http.Request) { r.URL.Path = "/" }},
		{"GET", "", func(r *http.Request) { r.URL.Path = "/" + token }},
		{"GET", "", func(r *http.Request) { r.URL.Path = "/" + token[:31] + "/" }},
		{"GET", "", func(r *http.Request) { r.URL.Path = "/" + strings.Repeat("0", 32) + "/" }},
		{"GET", "", func(r *http.Request) { r.URL.Path = "//" + token + "/" }},
		{"GET", "../../etc/passwd", func(*http.Request) {}},
		{"GET", "", func(r *http.Request) { r.Header.Set("X", strings.Repeat("x", 64<<10)) }},
		{"POST", "ask", func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(&zeros{100 << 20}), 100<<20 }},
		{"POST", "ask", func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(&zeros{100 << 20}), -1 }},
		{"POST", "", func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(&zeros{100 << 20}), 100<<20 }},
	}
	for n := range 200 {
		h := hostile[n%len(hostile)]
		status, text := s.question(t, h.method, h.path, "why", h.change)
		assert.NotEqual(t, http.StatusOK, status, "%d: %s %s: %s", n%len(hostile), h.method, h.path, text)
		assert.NotContains(t, text, "first")
		assert.NotContains(t, text, token)
	}
	// Connections that say nothing, or half a request, keep nobody out.
	for n := range mostConnections - 20 {
		c, err := net.Dial("tcp", s.host)
		require.NoError(t, err)
		defer c.Close()
		if n%2 == 0 {
			fmt.Fprintf(c, "POST /%s/ask HTTP/1.1\r\nHost: %s\r\nContent-Le", token, s.host)
		}
	}
	s.until(t, "first")
}

func TestTheAddressIsThisMachineOnly(t *testing.T) {
	s := start(t)
	defer s.stop()
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/[0-9a-f]{32}/$`, s.address)
}
