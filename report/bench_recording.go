package report

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"example.com/simrun/celery"
	"example.com/simrun/internal/bench"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/internal/sheet"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// BenchRecordings adds a folder for each strategy to the batch, in the form of the recordings of real Celery:
// scenario.json, trace.csv with the tasks as they were asked for, run1.csv and so on as they were observed, and every
// attempt in run1_attempts.csv.
func BenchRecordings(b *Batch, dir string, sc *scenarios.Scenario, r *bench.Result) error {
	for i := range r.Strategies {
		s := &r.Strategies[i]
		if s.Layout == nil {
			continue // interrupted before it ran
		}
		folder := filepath.Join(dir, FileName(s.Name))
		add := func(name string, write func(io.Writer) error) error { return b.Add(filepath.Join(folder, name), write) }
		err := add("scenario.json", recordingOf(sc, r, s).WriteScenario)
		if err == nil {
			err = add("trace.csv", func(w io.Writer) error { return workloads.WriteTrace(w, s.Asked) })
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

// recordingOf returns what was run, as a recording has it.
func recordingOf(sc *scenarios.Scenario, r *bench.Result, s *bench.Strategy) *recordings.Recording {
	l := s.Layout
	queue := func(q int) string { return l.Queues[q].Name }
	out := recordings.Recording{
		Name:     sc.Name + "-" + s.Name,
		About:    fmt.Sprintf("measured by simrun bench: strategy %s of %s, bodies run by %s, %s times as fast", s.Name, sc.Name, executors[r.Executor], strconv.FormatFloat(r.Speed, 'f', -1, 64)),
		Duration: r.For, Drain: s.Drain.Seconds(), Seed: sc.Seed, Release: sc.Release, Simrun: r.Simrun,
		Cores: float64(r.Calibration.Cores), Efficiency: r.Calibration.Efficiency,
	}
	brokers := celery.BrokerSettings()
	for i := range brokers {
		if v := brokers[i].Of(&l.Broker, queue); v != nil {
			brokers[i].Set(&out.Broker, v)
		}
	}
	for i := range s.Tasks {
		c := &s.Tasks[i]
		one := recordings.Class{Name: c.Name, Queue: queue(l.ClassQueue[i])}
		if c.HasPriority {
			one.Priority = &c.Priority
		}
		if p := &c.Retry; p.Max > 0 {
			one.Retry = &recordings.Retry{Max: p.Max, Base: p.Delay.Seconds(), Factor: p.Backoff, Cap: p.Cap.Seconds()}
		}
		out.Classes = append(out.Classes, one)
	}
	for i := range l.Queues {
		if q := &l.Queues[i]; q.Quorum {
			out.QueueType = "quorum" // which says what of priorities it knows
		} else {
			out.QueueMaxPriority = max(out.QueueMaxPriority, q.MaxPriority)
		}
	}
	for i := range l.Workers {
		out.Workers = append(out.Workers, celery.FromConfig(&l.Workers[i], queue))
	}
	return &out
}

// attemptsCSV writes one row an attempt.
func attemptsCSV(w io.Writer, attempts []experiment.Attempt) error {
	return sheet.Write(w, []string{"id", "class", "attempt", "started", "ended", "outcome", "worker", "slot"}, len(attempts), func(i int) []string {
		a := &attempts[i]
		return []string{
			a.ID, a.Class, strconv.Itoa(a.Number), instant(a.Started), instant(a.Ended), a.Outcome.String(), a.Worker, strconv.Itoa(a.Slot),
		}
	})
}
