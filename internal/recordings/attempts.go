package recordings

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
)

// readAttempts reads the table of attempts that may stand beside that of a run: id, started, ended, outcome and worker,
// in seconds from the same start, the attempts of a task in their order. Nil where there is no such file.
func readAttempts(path string) (map[string][]LogAttempt, error) {
	var all map[string][]LogAttempt
	err := open(path, func(name string, in io.Reader) error {
		r := csv.NewReader(in)
		r.ReuseRecord = true
		head, err := r.Read()
		if err != nil {
			return fmt.Errorf("%s:1: no header", name)
		}
		column := map[string]int{}
		for i, h := range head {
			column[h] = i
		}
		for _, want := range []string{"id", "started", "ended", "outcome", "worker"} {
			if _, ok := column[want]; !ok {
				return fmt.Errorf("%s:1: %s: no such column in the header", name, want)
			}
		}
		all = map[string][]LogAttempt{}
		var errs []error
		for len(errs) < 20 {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return errors.Join(append(errs, fmt.Errorf("%s: %w", name, err))...)
			}
			line, _ := r.FieldPos(0)
			time := func(key string) float64 {
				text := row[column[key]]
				if text == "" {
					return math.NaN()
				}
				x, err := strconv.ParseFloat(text, 64)
				if err != nil {
					errs = append(errs, fmt.Errorf("%s:%d: %s: %q: want seconds", name, line, key, text))
				}
				return x
			}
			a := LogAttempt{Worker: row[column["worker"]], Started: time("started"), Ended: time("ended"), Lost: row[column["outcome"]] == "worker_lost"}
			if a.Runtime = a.Ended - a.Started; a.Lost {
				a.Runtime = math.NaN()
			}
			id := row[column["id"]]
			all[id] = append(all[id], a)
		}
		return errors.Join(errs...)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return all, err
}
