package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
)

// BenchRecordings adds a folder for each strategy to the batch, in the form of the recordings of real Celery:
// scenario.json, trace.csv with the tasks as they were asked for, run1.csv and so on as they were observed, and every
// attempt in run1_attempts.csv.
func BenchRecordings(b *Batch, dir string, sc *scenarios.Scenario, r *experiment.Bench) error {
	for i := range r.Strategies {
		s := &r.Strategies[i]
		if s.Layout == nil {
			continue // interrupted before it ran
		}
		folder := filepath.Join(dir, FileName(s.Name))
		add := func(name string, write func(io.Writer) error) error { return b.Add(filepath.Join(folder, name), write) }
		err := add("scenario.json", func(w io.Writer) error { return writeJSON(w, recordedScenario(sc, r, s)) })
		if err == nil {
			err = add("trace.csv", func(w io.Writer) error { return askedCSV(w, s.Asked) })
		}
		for j := 0; j < len(s.Runs) && err == nil; j++ {
			run := &s.Runs[j]
			name := "run" + strconv.Itoa(run.Round)
			if err = add(name+".csv", func(w io.Writer) error { return TasksCSV(w, run.Tasks) }); err == nil {
				err = add(name+"_attempts.csv", func(w io.Writer) error { return attemptsCSV(w, run.Attempts) })
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// recorded is scenario.json, as far as it applies.
type recorded struct {
	Name      string                   `json:"name"`
	What      string                   `json:"what"`
	Broker    string                   `json:"broker"`
	Duration  float64                  `json:"duration"`
	Drain     float64                  `json:"drain"`
	Seed      uint64                   `json:"seed"`
	Classes   map[string]recordedClass `json:"classes"`
	Workers   []recordedWorker         `json:"workers"`
	Transport *recordedTransport       `json:"broker_transport_options,omitempty"`
	Format    string                   `json:"format"`
	Software  map[string]string        `json:"software"`
	Machine   map[string]any           `json:"machine"`
}

type recordedTransport struct {
	PrioritySteps []int `json:"priority_steps"`
}

type recordedClass struct {
	Queue    string         `json:"queue"`
	Priority *int           `json:"priority,omitempty"`
	Retry    *recordedRetry `json:"retry,omitempty"`
}

type recordedRetry struct {
	Max    int     `json:"max"`
	Base   float64 `json:"base"`
	Factor float64 `json:"factor"`
	Cap    float64 `json:"cap,omitempty"`
}

type recordedWorker struct {
	Name               string   `json:"name"`
	Pool               string   `json:"pool"`
	Concurrency        int      `json:"concurrency"`
	Queues             []string `json:"queues"`
	PrefetchMultiplier int      `json:"prefetch_multiplier"`
	DisablePrefetch    bool     `json:"disable_prefetch"`
	AcksLate           bool     `json:"acks_late"`
	RejectOnWorkerLost bool     `json:"reject_on_worker_lost"`
	SoftTimeLimit      *float64 `json:"soft_time_limit"`
	HardTimeLimit      *float64 `json:"hard_time_limit"`
}

func recordedScenario(sc *scenarios.Scenario, r *experiment.Bench, s *experiment.BenchStrategy) recorded {
	l := s.Layout
	out := recorded{
		Name:   sc.Name + "-" + s.Name,
		What:   fmt.Sprintf("measured by simrun bench: strategy %s of %s, bodies run by %s, %s times as fast", s.Name, sc.Name, executors[r.Executor], strconv.FormatFloat(r.Speed, 'f', -1, 64)),
		Broker: l.Broker.Kind.String(), Duration: r.For, Drain: s.Drain.Seconds(), Seed: sc.Seed, Format: "cb-scenario/1",
		Classes:  map[string]recordedClass{},
		Software: map[string]string{"celery": sc.Release, "simrun": r.Simrun},
		Machine:  map[string]any{"cores": r.Calibration.Cores, "efficiency": r.Calibration.Efficiency},
	}
	if l.Broker.Kind == worker.Redis {
		out.Transport = &recordedTransport{l.Broker.PrioritySteps}
	}
	for i := range s.Tasks {
		c := &s.Tasks[i]
		one := recordedClass{Queue: l.Queues[l.ClassQueue[i]].Name}
		if c.HasPriority {
			one.Priority = &c.Priority
		}
		if p := &c.Retry; p.Max > 0 {
			one.Retry = &recordedRetry{p.Max, p.Delay.Seconds(), p.Backoff, p.Cap.Seconds()}
		}
		out.Classes[c.Name] = one
	}
	for i := range l.Workers {
		w := &l.Workers[i]
		one := recordedWorker{
			Name: w.Name, Pool: w.Pool.String(), Concurrency: w.Concurrency, PrefetchMultiplier: w.PrefetchMultiplier,
			DisablePrefetch: w.DisablePrefetch, AcksLate: w.AcksLate, RejectOnWorkerLost: w.RejectOnWorkerLost,
		}
		for _, q := range w.Queues {
			one.Queues = append(one.Queues, l.Queues[q].Name)
		}
		if limit := w.SoftLimit.Seconds(); limit > 0 {
			one.SoftTimeLimit = &limit
		}
		if limit := w.HardLimit.Seconds(); limit > 0 {
			one.HardTimeLimit = &limit
		}
		out.Workers = append(out.Workers, one)
	}
	return out
}

// askedCSV writes trace.csv.
func askedCSV(w io.Writer, tasks []experiment.AskedTask) error {
	return writeRows(w, "id,class,queue,due,cpu,io,order,priority,failure,fail_arg", len(tasks), func(i int) []string {
		t := &tasks[i]
		order, priority, times := "cpu,io", "", ""
		if t.IOFirst {
			order = "io,cpu"
		}
		if t.Priority != nil {
			priority = strconv.Itoa(*t.Priority)
		}
		if t.Times > 0 {
			times = strconv.Itoa(t.Times)
		}
		return []string{t.ID, t.Class, t.Queue, instant(t.Due), instant(t.CPU), instant(t.IO), order, priority, t.Failure, times}
	})
}

// attemptsCSV writes one row an attempt.
func attemptsCSV(w io.Writer, attempts []experiment.Attempt) error {
	return writeRows(w, "id,class,attempt,started,ended,outcome,worker,slot", len(attempts), func(i int) []string {
		a := &attempts[i]
		return []string{
			a.ID, a.Class, strconv.Itoa(a.Number), instant(a.Started), instant(a.Ended), a.Outcome.String(), a.Worker, strconv.Itoa(a.Slot),
		}
	})
}

func writeRows(w io.Writer, header string, n int, row func(int) []string) error {
	if _, err := io.WriteString(w, header+"\n"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for i := range n {
		if err := out.Write(row(i)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
