package shards

import (
	"bufio"
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
	"strings"
	"time"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
)

// format is the first thing that a file of outcomes says.
const format = "simrun-cells/1"

// header is the first line of a file of outcomes.
type header struct {
	Format string `json:"format"`
	Share  Share  `json:"share"`
	cells.Identity
}

// line is each of the others.
type line struct {
	Key     string `json:"key"`
	Outcome []byte `json:"outcome"`
}

// Store is the outcomes that lie in a folder, and those that were computed since.
type Store struct {
	cells.Source
	dir   string
	there map[string][]byte // by key
	from  map[string]string // file that has it
	fresh []string          // keys of those that are in no file
	parts int               // largest number of parts that the work was dealt to
}

// Open reads all outcomes in a folder that are of a scenario and a program. Outcomes of another one are an error, as
// are two different ones of the same cell. What killed processes have left half-written goes.
func Open(dir string, src cells.Source) (*Store, error) {
	s := &Store{Source: src, dir: dir, there: map[string][]byte{}, from: map[string]string{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.cells"))
	if err = errors.Join(err, clean(dir)); err != nil {
		return nil, err
	}
	var errs []error
	for _, f := range files {
		if err := s.read(f); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f, err))
		}
	}
	return s, errors.Join(errs...)
}

func (s *Store) read(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if want := name(data); filepath.Base(path) != want {
		return fmt.Errorf("not whole: its content has the name %s", want)
	}
	in := bufio.NewReader(bytes.NewReader(data))
	first, err := in.ReadBytes('\n')
	var h header
	if err != nil || json.Unmarshal(first, &h) != nil || h.Format != format {
		return fmt.Errorf("not a file of cells of simrun (%s)", format)
	}
	switch {
	case h.Program != s.Program:
		return fmt.Errorf("cells of simrun %s: want those of %s", h.Program, s.Program)
	case h.Scenario != s.Scenario:
		return fmt.Errorf("cells of another scenario, %s: want those of %s", units.Shorten(h.Scenario), units.Shorten(s.Scenario))
	}
	s.parts = max(s.parts, h.Share.Of)
	for lines := json.NewDecoder(in); ; {
		var l line
		err := lines.Decode(&l)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if other, known := s.there[l.Key]; known && !bytes.Equal(other, l.Outcome) {
			return fmt.Errorf("cell %s: another answer than in %s: the same program gave two", l.Key[:12], s.from[l.Key])
		}
		s.there[l.Key], s.from[l.Key] = l.Outcome, filepath.Base(path)
	}
}

// Len is the number of outcomes that are there.
func (s *Store) Len() int { return len(s.there) }

// name is that of a file of outcomes.
func name(data []byte) string { return sum(data) + ".cells" }

func sum(data []byte) string {
	all := sha256.Sum256(data)
	return hex.EncodeToString(all[:])[:32]
}

// add takes in what was computed here.
func (s *Store) add(key string, outcome []byte) {
	if _, known := s.there[key]; !known {
		s.fresh = append(s.fresh, key)
	}
	s.there[key] = outcome
}

// Flush writes what was computed since to a new file, and returns its path; "" if there is nothing.
func (s *Store) Flush(share Share) (string, error) {
	if len(s.fresh) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	if err := w.Encode(header{format, share, s.Identity}); err != nil {
		return "", err
	}
	for _, key := range s.fresh {
		if err := w.Encode(line{key, s.there[key]}); err != nil {
			return "", err
		}
	}
	path := filepath.Join(s.dir, name(b.Bytes()))
	if err := whole(path, b.Bytes()); err != nil {
		return "", err
	}
	s.fresh = nil
	return path, nil
}

// partial is how the name of a file begins that is not written whole.
const partial = ".partial-"

// abandoned is the age at which nobody writes such a file any more: whoever did was killed.
const abandoned = time.Hour

// clean takes away what killed processes have begun to write.
func clean(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, partial+"*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range files {
		info, err := os.Stat(f)
		if err == nil && time.Since(info.ModTime()) > abandoned {
			err = os.Remove(f)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // of two processes one comes first
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// whole writes a file whole or not at all.
func whole(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), partial+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it is renamed
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Question is what all parts in a folder help to answer.
type Question struct {
	*scenarios.Bundle
	Flips    []string `json:"flips"` // of a run, as experiment.Options has them
	Plan     bool     `json:"plan,omitempty"`
	NoSearch bool     `json:"no_search,omitempty"` // of a plan
}

// Keep leaves the question in the folder, which is made where it is missing. Another one is not put beside it.
func Keep(dir string, q *Question) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	data, err := json.Marshal(q)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, questionName(data))
	if _, err := os.Stat(path); err != nil {
		if err := whole(path, data); err != nil {
			return err
		}
	}
	_, err = Kept(dir)
	return err
}

const questionPrefix = "question-"

func questionName(data []byte) string { return questionPrefix + sum(data) + ".json" }

// Kept is the question that lies in a folder.
func Kept(dir string) (*Question, error) {
	files, err := filepath.Glob(filepath.Join(dir, questionPrefix+"*.json"))
	switch {
	case err != nil:
		return nil, err
	case len(files) == 0:
		return nil, fmt.Errorf("%s: no shards: want a folder that simrun run or plan --shard has written to", dir)
	case len(files) > 1:
		return nil, fmt.Errorf("%s: shards of %d scenarios or questions (%s): want a folder for each", dir, len(files), strings.Join(base(files), ", "))
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		return nil, err
	}
	var q Question
	if err := json.Unmarshal(data, &q); err != nil || q.Bundle == nil || filepath.Base(files[0]) != questionName(data) {
		return nil, fmt.Errorf("%s: not the question that its name says", files[0])
	}
	return &q, nil
}

func base(paths []string) (names []string) {
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return names
}
