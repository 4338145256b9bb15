package imports

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
)

// read reads what there is: logs, or the folder of a recording, which says what ran the tasks as well.
func read(how *logs.Options, paths []string) (*logs.Log, recordings.Today, error) {
	if len(paths) == 1 {
		if info, err := os.Stat(paths[0]); err == nil && info.IsDir() {
			return readFolder(how, paths[0])
		}
	}
	l, err := how.Read(paths...)
	return l, recordings.Today{}, err
}

// readFolder reads the folder of a recording: its events where it has them, or else its first run.
func readFolder(how *logs.Options, dir string) (*logs.Log, recordings.Today, error) {
	r, err := recordings.Read(dir)
	if err != nil {
		return nil, recordings.Today{}, err
	}
	path := filepath.Join(dir, "events.jsonl")
	if _, err := os.Stat(path); err != nil {
		path = filepath.Join(dir, r.Runs[0].Name+".csv")
	}
	l, err := how.Read(path)
	if err != nil {
		return nil, recordings.Today{}, err
	}
	priorities := map[string]*int{}
	for _, c := range r.Classes {
		priorities[c.Name] = c.Priority
	}
	for i := range l.Tasks {
		if t := &l.Tasks[i]; t.Priority == nil {
			t.Priority = priorities[t.Class]
		}
	}
	l.Warnings = append(l.Warnings, r.Notes...)
	if len(r.Runs) > 1 {
		l.Warnings = append(l.Warnings, fmt.Sprintf("%s has %d runs of the same tasks: %s is read", dir, len(r.Runs), filepath.Base(path)))
	}
	return l, r.Today(), nil
}
