package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Engine is what a Web Worker needs.
type Engine struct {
	Exec string // wasm_exec.js of the Go that built it, unmodified
	Wasm []byte // gzipped
}

// Names of its files, as a release embeds them.
const (
	execName = "wasm_exec.js"
	wasmName = "engine.wasm.gz"
)

// errNone says how to come by an engine where there is none.
var errNone = errors.New("this program holds no engine for pages, and cannot build one: take a release of simrun, or install Go and run simrun from its source (go run ./cmd/simrun)")

const module = "example.com/simrun"

// hot are the packages in which a run spends its time. Elsewhere functions are not inlined, which makes the engine smaller
// by a seventh and slower by a quarter.
var hot = []string{module + "/des", module + "/sim", "math/bits", "math/rand/v2"}

// Build builds the engine from the source that this program was built of.
func Build(ctx context.Context) (*Engine, error) {
	root, err := source()
	if err != nil {
		return nil, err
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, errNone
	}
	out, err := os.MkdirTemp("", "simrun-engine-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(out)
	file := filepath.Join(out, "engine.wasm")
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-gcflags=all=-l"}
	for _, p := range hot {
		args = append(args, "-gcflags="+p+"=")
	}
	if _, err := command(ctx, root, tool, append(args, "-o", file, "./internal/whatif/wasm")...); err != nil {
		return nil, fmt.Errorf("building the engine of the page: %w", err)
	}
	wasm, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	goroot, err := command(ctx, root, tool, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	js, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", execName))
	if err != nil {
		return nil, err
	}
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(wasm); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return &Engine{Exec: string(js), Wasm: small.Bytes()}, nil
}

// command runs the go command for WebAssembly, and returns what it printed.
func command(ctx context.Context, dir, tool string, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, tool, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// source is the folder of the module's source, where this program was built on this machine and not trimmed of its paths.
func source() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..")
	if !ok || !filepath.IsAbs(file) {
		return "", errNone
	}
	if text, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil || !strings.HasPrefix(string(text), "module "+module+"\n") {
		return "", errNone
	}
	return root, nil
}

// Write leaves the files of an engine in a folder, as a release embeds them.
func (e *Engine) Write(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, execName), []byte(e.Exec), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, wasmName), e.Wasm, 0o644)
}
