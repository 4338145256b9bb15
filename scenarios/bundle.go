package scenarios

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// folder is where the files lie that a scenario names. Errors of the system come without the path, which is said already.
type folder interface {
	open(name string) (io.ReadCloser, error)
	list(name string) ([]string, error)
}

// onDisk is a folder; names are relative to it, or absolute.
type onDisk string

func (d onDisk) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(string(d), filepath.FromSlash(name))
}

func (d onDisk) open(name string) (io.ReadCloser, error) {
	info, err := os.Stat(d.path(name))
	switch {
	case err != nil:
		return nil, reason(err)
	case !info.Mode().IsRegular(): // opening a pipe alone may wait for ever, and a device need not end
		return nil, errors.New("not a regular file")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%d MiB: want at most %d", info.Size()>>20, maxFile>>20)
	}
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, reason(err)
	}
	return f, nil
}

func (d onDisk) list(name string) (names []string, err error) {
	entries, err := os.ReadDir(d.path(name))
	if err != nil {
		return nil, reason(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// Bundle is a scenario file with the files that it names: all that it takes to read it elsewhere, as it was.
type Bundle struct {
	Name    string              `json:"name"` // of the file
	Text    []byte              `json:"text"`
	Files   map[string][]byte   `json:"files,omitempty"`   // by the names that the scenario gives them
	Folders map[string][]string `json:"folders,omitempty"` // names in them, likewise
}

// Pack reads the scenario file at path, and bundles what was read.
func Pack(path string) (*Bundle, *Scenario, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	b := &Bundle{Name: filepath.Base(path), Text: text, Files: map[string][]byte{}, Folders: map[string][]string{}}
	sc, err := decodeIn(path, text, packing{onDisk(filepath.Dir(path)), b})
	return b, sc, err
}

// Scenario reads the bundle.
func (b *Bundle) Scenario() (*Scenario, error) { return decodeIn(b.Name, b.Text, b) }

// Sum is the SHA-256 of all that is in the bundle, in hexadecimal.
func (b *Bundle) Sum() string {
	data, err := json.Marshal(b) // maps are written in the order of their keys
	if err != nil {
		panic(err) // bytes and texts can always be written
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (b *Bundle) open(name string) (io.ReadCloser, error) {
	data, ok := b.Files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (b *Bundle) list(name string) ([]string, error) {
	names, ok := b.Folders[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return names, nil
}

// packing bundles what is read.
type packing struct {
	onDisk
	into *Bundle
}

func (p packing) open(name string) (io.ReadCloser, error) {
	f, err := p.onDisk.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	p.into.Files[name] = data
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (p packing) list(name string) ([]string, error) {
	names, err := p.onDisk.list(name)
	if err == nil {
		p.into.Folders[name] = names
	}
	return names, err
}
