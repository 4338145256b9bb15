package logs

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Options say how to read. The zero Options know the formats by themselves.
type Options struct {
	Map      *Mapping                // the columns of a table that nobody knows; nil = none
	Zone     *time.Location          // of times that say none; nil = UTC
	Progress func(done, total int64) // bytes of the files; nil = nobody listens
}

// Read reads a log with the zero [Options].
func Read(paths ...string) (*Log, error) { return (&Options{}).Read(paths...) }

// Read reads a log in any number of files. What each is shows in how it begins; gzip and zstd are looked through.
// Errors are joined, up to 20 a file, each as "NAME:LINE: ...".
func (o *Options) Read(paths ...string) (*Log, error) {
	r := &reader{opts: *o, several: len(paths) > 1, events: newEvents()}
	if r.opts.Zone == nil {
		r.opts.Zone = time.UTC
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			r.total += info.Size()
		}
	}
	var errs []error
	for _, path := range paths {
		errs = append(errs, Open(path, 0, r.file))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	l, err := r.log(strings.Join(paths, ", "))
	if err != nil {
		return nil, err
	}
	if len(l.Tasks) == 0 && l.Sums == nil {
		return nil, fmt.Errorf("%s: no tasks in it", l.Name)
	}
	slices.SortStableFunc(l.Tasks, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.Arrived, b.Arrived), strings.Compare(a.ID, b.ID))
	})
	if err := l.nameQueues(); err != nil {
		return nil, err
	}
	return l, nil
}

// Names are those that a scenario can have, each with what had it before. Two that were different must not become one.
type Names map[string]string

// Take returns the name that a scenario can have in place of another one, and whether it is the first that has it. The error
// names what they are of.
func (n Names) Take(what, was string) (name string, first bool, err error) {
	name = Nameable(was)
	other, known := n[name]
	switch {
	case !known:
		n[name] = was
	case was != other:
		err = fmt.Errorf("the %s %q and %q: want names that differ in more than spaces, quotes, commas and signs of a shell, which no scenario has, or the same one",
			what, other, was)
	}
	return name, !known, err
}

// nameQueues gives queues names that a scenario can have, and says so. Tasks get theirs where they are written.
func (l *Log) nameQueues() error {
	l.Queues = Names{}
	var err error
	classes := Names{}
	class := func(name string) {
		if _, _, wrong := classes.Take("tasks", name); wrong != nil && err == nil {
			err = fmt.Errorf("%s: %w", l.Name, wrong)
		}
	}
	rename := func(queue *string) {
		was := *queue
		name, first, wrong := l.Queues.Take("queues", was)
		*queue = name
		if first && was != name {
			l.warn("the queue %q is called %s here: the names of a scenario have no spaces, quotes, commas or signs of a shell", was, name)
		}
		if wrong != nil && err == nil {
			err = fmt.Errorf("%s: %w", l.Name, wrong)
		}
	}
	for i := range l.Tasks {
		rename(&l.Tasks[i].Queue)
		class(l.Tasks[i].Class)
	}
	if l.Sums == nil {
		return err
	}
	for i := range l.Sums.Classes {
		rename(&l.Sums.Classes[i].Queue)
		class(l.Sums.Classes[i].Class)
	}
	for i := range l.Sums.Queues {
		rename(&l.Sums.Queues[i].Name)
	}
	return err
}

// Nameable returns a name of a log as a scenario can have it: one that goes into command lines.
func Nameable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(",\"'*\\`$;|&<>", r) {
			return '-'
		}
		return r
	}, name)
}

// reader is a log while it is read.
type reader struct {
	opts        Options
	several     bool // more than one file
	done, total int64

	events *events
	table  *Log // of a recorded run
	series []series
	taken  []string
	costs  []string // what files lack that others have, as sentences
}

// file takes one file for what it begins like, and reads it.
func (r *reader) file(name string, in io.Reader) error {
	buffered, end, err := unpacked(name, &counted{in, r})
	if err != nil {
		return err
	}
	defer end()
	start, err := buffered.Peek(startOf)
	if err != nil && !errors.Is(err, io.EOF) { // nothing to take it for
		return fmt.Errorf("%s: %w", name, err)
	}
	f := r.formatOf(bytes.TrimLeft(start, " \t\r\n"))
	if f == nil {
		return r.unknown(name, start)
	}
	r.taken = append(r.taken, fmt.Sprintf("%s: taken for %s", name, f.name))
	if f.costs != "" {
		r.costs = append(r.costs, fmt.Sprintf("%s: taken for %s: %s", name, f.name, f.costs))
	}
	return f.read(r, name, buffered)
}

// log makes a log of what was read.
func (r *reader) log(name string) (*Log, error) {
	kinds := 0
	for _, found := range []bool{r.table != nil, r.series != nil, r.events.n > 0} {
		if found {
			kinds++
		}
	}
	switch {
	case kinds > 1 || r.table != nil && r.several:
		return nil, fmt.Errorf("%s: files of several kinds (%s): want one recorded run, or files of tasks, or files of metrics", name, strings.Join(r.taken, "; "))
	case r.table != nil:
		r.table.Taken = r.taken
		return r.table, nil
	}
	l := &Log{Name: name, Release: r.events.release, Taken: r.taken, Warnings: r.costs}
	if r.series != nil {
		return l, l.count(r.series)
	}
	l.tasksOf(r.events)
	return l, nil
}

// counted tells how much was read of the file as it is on the disk.
type counted struct {
	in io.Reader
	r  *reader
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.r.done += int64(n)
	if c.r.opts.Progress != nil {
		c.r.opts.Progress(c.r.done, c.r.total)
	}
	return n, err
}

// Open reads one regular file of at most so many bytes; 0 = of any size. Errors name it once.
func Open(path string, most int64, read func(name string, in io.Reader) error) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", path, Reason(err))
	case !info.Mode().IsRegular(): // a pipe would wait for ever
		return fmt.Errorf("%s: not a regular file", path)
	case most > 0 && info.Size() > most:
		return fmt.Errorf("%s: %d MiB: want at most %d", path, info.Size()>>20, most>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, Reason(err))
	}
	defer f.Close()
	return read(path, f)
}

// Reason says why the system refused, without the path, which is said already.
func Reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// most is the number of problems after which a file is read no further.
const most = 20

// longestLine of a log: results and tracebacks stand in it.
const longestLine = 16 << 20

// lines goes through a file line by line. What of a line is wrong comes out as an error of it.
func lines(name string, in io.Reader, of func(line []byte) error) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, longestLine)
	var errs []error
	n := 0
	for ; len(errs) < most && s.Scan(); n++ {
		if err := of(s.Bytes()); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n+1, err))
		}
	}
	if err := s.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, n+1, err))
	}
	return errors.Join(errs...)
}
