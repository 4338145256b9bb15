//go:build !simrun_engine

package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
)

// Load returns the engine of this program: the one that it built before, or a new one.
func Load(ctx context.Context) (*Engine, error) {
	dir, err := cache()
	if err != nil { // nowhere to keep it
		return Build(ctx)
	}
	if js, err := os.ReadFile(filepath.Join(dir, execName)); err == nil {
		if wasm, err := os.ReadFile(filepath.Join(dir, wasmName)); err == nil {
			return &Engine{string(js), wasm}, nil
		}
	}
	e, err := Build(ctx)
	if err != nil {
		return nil, err
	}
	keep(e, dir)
	return e, nil
}

// cache is the folder of the engine of this very program: other programs may be built of other source.
func cache() (string, error) {
	home, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return filepath.Join(home, "simrun", "engine-"+hex.EncodeToString(sum.Sum(nil))[:24]), nil
}

// keep keeps an engine, in place of those of earlier programs. Where it cannot, the next run builds again.
func keep(e *Engine, dir string) {
	if old, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "engine-*")); err == nil {
		for _, path := range old {
			_ = os.RemoveAll(path)
		}
	}
	if os.MkdirAll(filepath.Dir(dir), 0o755) != nil {
		return
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), "engine-")
	if err != nil {
		return
	}
	if e.Write(fresh) != nil || os.Rename(fresh, dir) != nil {
		_ = os.RemoveAll(fresh)
	}
}
