package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"

	"example.com/simrun/workloads"
)

var inf = math.Inf(1)

// maxFile bounds the files that a scenario names.
const maxFile = 256 << 20

// tracePart is a trace file, read once however many tasks replay a part of it.
type tracePart struct {
	file *workloads.TraceFile
	used map[string]bool // its classes that tasks replay
}

// open reads the file that v names, relative to the scenario. What is wrong is reported at v: each line of the error
// by itself.
func (d *decoder) open(v *value, path string, read func(name string, r io.Reader) error) bool {
	err := func() error {
		if disk, ok := d.dir.(onDisk); ok {
			d.reads = append(d.reads, disk.path(v.text))
		}
		f, err := d.dir.open(v.text)
		if err != nil {
			return fmt.Errorf("%q: %w", v.text, err)
		}
		defer f.Close()
		return read(v.text, f)
	}()
	if err == nil {
		return true
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		d.errorf(v.at, path, "%s", line)
	}
	return false
}

// reason says why the system refused, without the path, which is said already.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// trace returns the rows of a class in a trace file.
func (d *decoder) trace(v *value, path, class string) (workloads.Trace, bool) {
	file := v.get("file")
	if d.text(file) == "" {
		return workloads.Trace{}, false
	}
	part, known := d.traces[file.text]
	if !known {
		part = &tracePart{used: map[string]bool{}}
		d.open(file, join(path, "file"), func(name string, r io.Reader) (err error) {
			part.file, err = workloads.ReadTrace(name, r)
			return err
		})
		if d.traces == nil {
			d.traces = map[string]*tracePart{}
		}
		d.traces[file.text] = part
	}
	if part.file == nil {
		return workloads.Trace{}, false
	}
	at := file.at
	if c := v.get("class"); c != nil {
		class, at = c.text, c.at
	}
	t, err := part.file.Class(class)
	if err != nil {
		d.errorf(at, join(path, "class"), "%s", strings.TrimPrefix(err.Error(), "class: "))
		return t, false
	}
	part.used[class] = true
	t.Over = d.observes
	return t, true
}
