package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A page is served until the program is stopped, which is how it ends.
func TestServe(t *testing.T) {
	file := scenario(t, "demo", "poisson: 4/s", "poisson: 3/s")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	in, out := io.Pipe()
	status := make(chan int, 1)
	go func() { status <- run(ctx, []string{"serve", file}, out, io.Discard) }()
	lines := bufio.NewReader(in)
	address, err := lines.ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	address = strings.TrimSpace(address)
	page := ""
	for range 600 {
		r, err := http.Get(address)
		require.NoError(t, err)
		text, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		r.Body.Close()
		if page = string(text); strings.Contains(page, `id="what-if"`) {
			break
		}
		assert.Contains(t, page, "The first report is being made")
		time.Sleep(50 * time.Millisecond)
	}
	require.Contains(t, page, `id="what-if"`)
	assert.Contains(t, page, "connect-src &#39;self&#39;")
	assert.NotContains(t, page, "wasm-unsafe-eval")
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"ask", strings.NewReader(`{"load": "1.1"}`))
	require.NoError(t, err)
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Origin", address[:strings.LastIndex(strings.TrimSuffix(address, "/"), "/")])
	r, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer r.Body.Close()
	answers, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	assert.Contains(t, string(answers), `"stage":"sample"`)
	assert.Contains(t, string(answers), `scale: 1.1`)
	stop()
	assert.Equal(t, exitOK, <-status)
}

func TestServeOfWhat(t *testing.T) {
	t.Chdir(t.TempDir())
	code, _, stderr := call(t, "serve")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "which scenario? 0 *.yaml files here: name one")
	code, _, stderr = call(t, "serve", "a.yaml", "b.yaml")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "2 files: want one scenario")
	for path, want := range map[string]string{"missing.yaml": "missing.yaml: no such file", ".": ".: a folder: want a scenario"} {
		code, _, stderr = call(t, "serve", path)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, stderr, want)
	}
}
