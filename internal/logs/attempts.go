package logs

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"strings"

	"example.com/simrun/internal/sheet"
)

// readAttempts reads the table of attempts that may stand beside that of a run: id, started, ended, outcome and worker,
// in seconds from the same start, the attempts of a task in their order; and perhaps cpu, the CPU time of each, and memory,
// the most that its process had held by then, in bytes. Nil where there is no such file.
func readAttempts(path string) (map[string][]Attempt, error) {
	var all map[string][]Attempt
	err := Open(path, 0, func(name string, in io.Reader) error {
		rows := sheet.New(name, in, []string{"id", "started", "ended", "outcome", "worker"}, "cpu", "memory")
		all = map[string][]Attempt{}
		for rows.Next() {
			a := Attempt{
				Worker: strings.Clone(rows.Text("worker")), Started: rows.Seconds("started"), Ended: rows.Seconds("ended"),
				Lost: rows.Text("outcome") == "worker_lost",
			}
			if cpu := rows.Seconds("cpu"); cpu > 0 {
				a.CPU = cpu
			}
			if memory := rows.Number("memory", "want bytes >= 0", func(x float64) bool { return x >= 0 }); memory > 0 {
				a.Memory = memory
			}
			if a.Runtime = a.Ended - a.Started; a.Lost {
				a.Runtime = math.NaN()
			}
			id := strings.Clone(rows.Text("id"))
			all[id] = append(all[id], a)
		}
		return rows.Err()
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return all, err
}
