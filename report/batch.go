package report

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Batch writes files all or none. Add writes each into a temporary folder beside its target, where a full disk or a
// failing renderer harms nothing; Commit renames all of them into place, and puts the former files back if one
// rename fails. Files that the batch does not name are never touched.
type Batch struct {
	staged []staged
	temp   map[string]string // a folder of targets -> the temporary folder in it
	made   []string          // folders that did not exist before, outermost first
	locks  []io.Closer       // of the temporary folders
}

type staged struct{ from, to string } // from "" = the target is to go

// Add writes one file of the batch.
func (b *Batch) Add(path string, write func(io.Writer) error) (err error) {
	path, err = resolve(path)
	if err != nil {
		return err
	}
	dir, err := b.folder(filepath.Dir(path))
	if err != nil {
		return err
	}
	from := filepath.Join(dir, fmt.Sprintf("new-%d", len(b.staged)))
	f, err := os.OpenFile(from, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("%s: %w", path, e)
		}
		if err == nil {
			b.staged = append(b.staged, staged{from, path})
		}
	}()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Remove takes a file away when the batch is committed.
func (b *Batch) Remove(path string) { b.staged = append(b.staged, staged{"", path}) }

// resolve follows a symbolic link, so that the file behind it is replaced and not the link, and refuses what a
// rename would destroy: a folder, a device, a pipe.
func resolve(path string) (string, error) {
	behind, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	if err != nil {
		return "", err
	}
	info, err := os.Stat(behind)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s: is not a regular file", path)
	}
	return behind, nil
}

// folder makes dir if need be, and a temporary folder in it: in it and not beside it, so that a rename never
// crosses a mount, and a mounted folder under an unwritable one can be written.
func (b *Batch) folder(dir string) (string, error) {
	if t, ok := b.temp[dir]; ok {
		return t, nil
	}
	made, err := makeAll(dir)
	b.made = append(b.made, made...)
	if err != nil {
		return "", err
	}
	sweepAway(dir)
	t, err := os.MkdirTemp(dir, temporary)
	if err != nil {
		return "", err
	}
	if lock, err := hold(t); err == nil {
		b.locks = append(b.locks, lock)
	}
	if b.temp == nil {
		b.temp = map[string]string{}
	}
	b.temp[dir] = t
	return t, nil
}

// temporary is how the names of temporary folders begin.
const temporary = ".simrun-"

// sweepAway removes the temporary folders that killed runs left in dir. Those of runs that live are held.
func sweepAway(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !e.IsDir() || !strings.HasPrefix(e.Name(), temporary) {
			continue
		}
		if lock, err := hold(path); err == nil {
			_ = os.RemoveAll(path)
			_ = lock.Close()
		}
	}
}

// makeAll is os.MkdirAll that tells which folders it made.
func makeAll(dir string) (made []string, err error) {
	var missing []string
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, d)
		if d == filepath.Dir(d) {
			break
		}
	}
	for _, d := range slices.Backward(missing) {
		if err := os.Mkdir(d, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return made, err
		}
		made = append(made, d)
	}
	if info, err := os.Stat(dir); err != nil {
		return made, err
	} else if !info.IsDir() {
		return made, fmt.Errorf("%s: is a file, not a folder", dir)
	}
	return made, nil
}

// Commit puts the batch into place. Once it has begun, it does not listen to ctx: it either finishes or goes back.
func (b *Batch) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		b.Discard()
		return err
	}
	type move struct{ from, to string }
	var done []move
	rename := func(from, to string) error {
		err := os.Rename(from, to)
		if err == nil {
			done = append(done, move{from, to})
		}
		return err
	}
	var err error
	for i, s := range b.staged {
		var dir string
		if dir, err = b.folder(filepath.Dir(s.to)); err != nil {
			break
		}
		old := filepath.Join(dir, fmt.Sprintf("old-%d", i))
		if err = rename(s.to, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err = nil; s.from != "" {
			if err = rename(s.from, s.to); err != nil {
				break
			}
		}
	}
	if err != nil {
		for _, m := range slices.Backward(done) {
			err = errors.Join(err, os.Rename(m.to, m.from))
		}
		b.Discard()
		return err
	}
	b.made = nil
	b.Discard()
	return nil
}

// Discard removes what was staged and not committed, and the folders that were made for it. It may be called twice.
func (b *Batch) Discard() {
	for _, t := range b.temp {
		_ = os.RemoveAll(t)
	}
	for _, d := range slices.Backward(b.made) {
		_ = os.Remove(d) // fails, rightly, where something else has moved in
	}
	for _, lock := range b.locks {
		_ = lock.Close()
	}
	b.temp, b.staged, b.made, b.locks = nil, nil, nil, nil
}

// Probe finds out, before anything is simulated, whether files could be written to these paths. It leaves nothing
// behind.
func Probe(paths ...string) error {
	b := &Batch{}
	defer b.Discard()
	for _, p := range paths {
		if err := b.Add(p, func(io.Writer) error { return nil }); err != nil {
			return fmt.Errorf("cannot write %s: %w", p, err)
		}
	}
	return nil
}
