package recordings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/internal/logs"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// Recording is one folder: what was run, and what was observed.
type Recording struct {
	Dir   string // as given
	Name  string
	About string

	App      string // as celery -A takes it; "" = not recorded
	Release  string // of Celery, as recorded: "5.6.2"
	Broker   celery.Broker
	Duration float64 // s; tasks are published in this time
	Drain    float64 // s; the observation went on so long for them to end
	Cores    float64 // of the machine that broker, producer and workers shared
	Classes  []Class // in the order of scenario.json
	Workers  []celery.Worker

	QueueMaxPriority int    // of rabbitmq; 0 = priorities are ignored
	QueueType        string // of rabbitmq, of all its queues; "" = classic

	Seed       uint64  // of what simrun recorded
	Simrun     string  // its version; "" = real Celery was recorded
	Efficiency float64 // of the cores; 0 = not measured

	Trace *workloads.TraceFile
	Runs  []Run
	Notes []string // what scenario.json says and is not understood, as sentences
}

// Class is what scenario.json says of a class besides the trace.
type Class struct {
	Name     string
	Queue    string
	Priority *int
	Retry    *Retry // nil = an error is final
}

// Retry is the policy of self.retry: before retry n, from 0, min(Base x Factor^n, Cap) seconds, without jitter.
type Retry struct {
	Max    int     `json:"max"`
	Base   float64 `json:"base"`
	Factor float64 `json:"factor"`
	Cap    float64 `json:"cap"`
}

// Run is one observed run.
type Run struct {
	Name  string // the file's name without its ending
	Tasks []scenarios.ObservedTask
}

// runName is what a run is called: run1.csv, but not run1_attempts.csv.
var runName = regexp.MustCompile(`^run[0-9]*\.csv$`)

// Read reads the recording in a folder. What is wrong with its files comes joined, each as "FILE:LINE: ...".
func Read(dir string) (*Recording, error) {
	r := &Recording{Dir: dir}
	var errs []error
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, logs.Reason(err))
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s: a file: want the folder of a recording", dir)
	}
	errs = append(errs, logs.Open(filepath.Join(dir, "scenario.json"), maxFile, r.readScenario))
	errs = append(errs, logs.Open(filepath.Join(dir, "trace.csv"), maxFile, func(name string, in io.Reader) (err error) {
		r.Trace, err = workloads.ReadTrace(name, in)
		return err
	}))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, logs.Reason(err))
	}
	for _, e := range entries { // in the order of their names
		if !runName.MatchString(e.Name()) {
			continue
		}
		run := Run{Name: strings.TrimSuffix(e.Name(), ".csv")}
		errs = append(errs, logs.Open(filepath.Join(dir, e.Name()), maxFile, func(name string, in io.Reader) (err error) {
			run.Tasks, err = scenarios.ReadRun(name, in)
			return err
		}))
		r.Runs = append(r.Runs, run)
	}
	if len(r.Runs) == 0 {
		errs = append(errs, fmt.Errorf("%s: no run*.csv in it: nothing was observed", dir))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, r.check()
}

// check finds what contradicts itself between the files.
func (r *Recording) check() error {
	var errs []error
	for _, c := range r.Classes {
		if _, err := r.Trace.Class(c.Name); err != nil {
			r.Notes = append(r.Notes, fmt.Sprintf("class %q has no task in trace.csv", c.Name))
		}
	}
	known := map[string]bool{}
	for _, c := range r.Classes {
		known[c.Name] = true
	}
	for _, name := range r.Trace.Classes {
		if !known[name] {
			errs = append(errs, fmt.Errorf("%s: class %q is not in scenario.json", filepath.Join(r.Dir, "trace.csv"), name))
		}
	}
	for _, run := range r.Runs {
		said := map[string]bool{}
		for i := range run.Tasks {
			if c := run.Tasks[i].Class; !known[c] && !said[c] {
				said[c] = true
				errs = append(errs, fmt.Errorf("%s: class %q is not in scenario.json", filepath.Join(r.Dir, run.Name+".csv"), c))
			}
		}
	}
	return errors.Join(errs...)
}

// CPUHeavy says that the tasks ask for at least a tenth of the machine's cores: then waits depend on who shares them.
func (r *Recording) CPUHeavy() bool { return r.CPUShare() >= 0.1 }

// CPUShare returns the CPU time that the tasks ask for, as a share of what the machine has while they are published: that of
// the trace, or where it tells none, what was measured of the first run.
func (r *Recording) CPUShare() float64 {
	cpu := 0.0
	for _, name := range r.Trace.Classes {
		rows, err := r.Trace.Class(name)
		if err != nil {
			continue
		}
		for i := range rows.Rows {
			cpu += rows.Rows[i].CPU.Seconds()
		}
	}
	if cpu == 0 && len(r.Runs) > 0 {
		for i := range r.Runs[0].Tasks {
			cpu += r.Runs[0].Tasks[i].CPU
		}
	}
	return cpu / (r.Duration * r.Cores)
}

// PoolOf returns the pool of the workers that take a class; "mixed" where they differ, "" where none does.
func (r *Recording) PoolOf(class string) (pool string) {
	for _, c := range r.Classes {
		if c.Name != class {
			continue
		}
		for _, w := range r.Workers {
			if slices.Contains(w.Queues, c.Queue) {
				pool = together(pool, w.Pool)
			}
		}
	}
	return pool
}

// Pool returns the pool of all workers; "mixed" where they differ.
func (r *Recording) Pool() (pool string) {
	for _, w := range r.Workers {
		pool = together(pool, w.Pool)
	}
	return pool
}

func together(a, b string) string {
	if a == "" || a == b {
		return b
	}
	return "mixed"
}

// maxFile bounds the files of a recording.
const maxFile = 256 << 20
