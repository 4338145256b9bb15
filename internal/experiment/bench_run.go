package experiment

import (
	"context"
	"errors"
	"fmt"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// benchAllowance is what a real clock is good for: timers, wake-ups and the kernel's scheduler are late by some tenths of
// a millisecond, now and then by one. A difference within it is no error, and a harness late by no more is not late.
const benchAllowance = 1e-3

const (
	voidShare  = 0.01 // of the median response, by which the harness may be late
	voidOthers = 0.02 // of the cores, that other processes may take where tasks compute
)

const voidRule = "a run is void when the 99th percentile of how late the loop was for its timers, or of how late tasks were " +
	"published, is more than 1 % of the median response and more than 1 ms; where tasks compute, also when other processes " +
	"took more than 2 % of the cores"

// bench is one in progress.
type bench struct {
	sc      *scenarios.Scenario
	trial   Real
	opts    BenchOptions
	classes []workloads.Class // as they run
	layouts []strategies.Layout
	machine []system.Machine
	start   des.Time
	faults  [][]system.Fault // of each layout
	out     *Bench
	tallies [][]benchTally // of each layout and run
}

// benchTally is one run with its two predictions.
type benchTally struct {
	measured, predicted, replayed *worker.Tally
}

// Measure runs every layout of a scenario for real, in turns, and simulates the same tasks. When it is interrupted it
// returns what it has, with the error.
func Measure(ctx context.Context, sc *scenarios.Scenario, run Real, o BenchOptions) (*Bench, error) {
	if err := errors.Join(simulatedOnly(sc), unrecorded(sc, &o)); err != nil {
		return nil, err
	}
	classes, layouts := faster(sc, o.Speed)
	if o.Keep {
		if err := Recordable(classes); err != nil {
			return nil, err
		}
	}
	b := &bench{
		sc: sc, trial: run, opts: o, classes: classes, layouts: layouts, start: divided(sc.Run.Start, o.Speed),
		machine: []system.Machine{{
			Name: "this", Cores: float64(o.Calibration.Cores), Efficiency: o.Calibration.Efficiency, Speed: 1, Count: 1,
		}},
		tallies: make([][]benchTally, len(layouts)),
		out: &Bench{
			Version: 1, Simrun: o.Version,
			Scenario: ScenarioInfo{Name: sc.Name, About: sc.About, SHA256: sc.SHA256, Seed: sc.Seed},
			For:      o.For.Seconds(), Speed: o.Speed, Rounds: o.Rounds, Executor: o.Executor,
			Rule: voidRule, Calibration: o.Calibration, Notes: benchNotes(sc, o),
		},
	}
	for i := range layouts {
		b.faults = append(b.faults, faultsHere(sc, &layouts[i], o.Speed))
		onThisMachine(&layouts[i])
		b.out.Strategies = append(b.out.Strategies, BenchStrategy{Name: layouts[i].Name, Slots: layouts[i].Slots()})
	}
	err := b.rounds(ctx)
	if err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	b.out.Interrupted = err != nil
	for i := range layouts {
		b.summarise(i)
	}
	return b.out, err
}

// onThisMachine puts every worker of a layout on one machine: this one.
func onThisMachine(l *strategies.Layout) {
	l.Nodes = []int{0}
	l.Node = make([]int, len(l.Workers))
	l.BrokerNode, l.ProducerNode = 0, 0
	l.Leases = nil
}

func benchNotes(sc *scenarios.Scenario, o BenchOptions) (notes []string) {
	if len(sc.Machines) > 0 {
		notes = append(notes, "All workers ran on this machine, whatever machines the scenario has; the prediction is for this machine, too.")
	}
	return append(notes, beyond(sc, &o)...)
}

func computes(classes []workloads.Class) bool {
	for i := range classes {
		for _, p := range classes[i].Work {
			if p.Kind == workloads.CPU {
				return true
			}
		}
	}
	return false
}

// rounds runs the layouts in turns, each round beginning with another: what disturbs the machine for a while then
// disturbs all of them.
func (b *bench) rounds(ctx context.Context) error {
	n := len(b.layouts)
	for round := range b.opts.Rounds {
		for turn := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if b.opts.Progress != nil {
				b.opts.Progress(Progress{Phase: "running for real", Done: round*n + turn, Total: n * b.opts.Rounds})
			}
			if err := b.run(ctx, (round+turn)%n, round); err != nil {
				return err
			}
		}
	}
	return nil
}

// run is one real run, and the simulation of the same seconds.
func (b *bench) run(ctx context.Context, layout, round int) error {
	l := &b.layouts[layout]
	o := TrialOptions{
		Key: des.NewKey(b.sc.Seed).With(0), Duration: b.opts.For, Start: b.start, Faults: b.faults[layout],
		// What has piled up may take as long again; a task that never ends must not hold up the rest.
		Drain: min(max(divided(b.sc.Run.Drain, b.opts.Speed), b.opts.For/10), b.opts.For),
	}
	var book *ledger
	if b.opts.Replay || b.opts.Keep {
		book = &ledger{layout: l, classes: b.classes}
		o.Recorder, o.Body = book, book.body
	}
	t, err := b.trial(ctx, l, b.classes, o)
	if err != nil {
		return fmt.Errorf("strategies.%s: %w", l.Name, err)
	}
	if t.Interrupted && t.End < o.Duration {
		o.Duration, o.Drain = t.End, 0
	}
	o.Recorder, o.Body = nil, nil
	cost := b.opts.Calibration.of(b.opts.Executor)
	predicted := b.simulate(encumbered(l, cost), burdened(b.classes, cost, b.opts.Calibration.Touch), b.machine, o)
	tally := benchTally{measured: t.Tally, predicted: predicted}
	run := b.judge(&t, round)
	if b.opts.Replay {
		free := *l
		free.Nodes, free.Leases, free.Node, free.BrokerNode, free.ProducerNode = nil, nil, make([]int, len(l.Workers)), -1, -1
		for i := range free.Node {
			free.Node[i] = -1
		}
		tally.replayed = b.simulate(&free, book.replay(), nil, o)
	}
	if b.opts.Keep {
		run.Tasks, run.Attempts = book.tables()
	}
	s := &b.out.Strategies[layout]
	if b.opts.Keep && s.Layout == nil {
		s.Layout, s.Tasks, s.Drain = l, b.classes, o.Drain
		s.Asked = b.asked(func(class int32) string { return l.Queues[l.ClassQueue[class]].Name }, o.Key, o.Duration)
	}
	s.Runs = append(s.Runs, run)
	b.tallies[layout] = append(b.tallies[layout], tally)
	if t.Interrupted {
		return context.Canceled
	}
	return nil
}

func (b *bench) simulate(l *strategies.Layout, classes []workloads.Class, machines []system.Machine, o TrialOptions) *worker.Tally {
	return sim.New(l, classes, machines, sim.Options{Key: o.Key, Duration: o.Duration, Drain: o.Drain, Start: o.Start, Faults: o.Faults}).Run().Tally
}

// judge says what a run observed as a whole, and whether it counts.
func (b *bench) judge(t *Trial, round int) BenchRun {
	var all worker.ClassTally
	for i := range t.Classes {
		mergeClass(&all, &t.Classes[i])
	}
	by := &all.ByOutcome
	r := BenchRun{
		Round: round + 1, Published: all.Published, Seconds: t.End.Seconds(), Leaks: t.Leaks, Killed: t.Killed, Died: t.Died, Others: t.Others,
		Succeeded: by[worker.OK], Failed: by[worker.Failed], Timeout: by[worker.TimedOut], Lost: by[worker.Lost],
		Unfinished: by[worker.Unfinished] + by[worker.Unstarted] + by[worker.Retrying],
		LagP99:     t.Lag.Quantile(0.99), SendLagP99: t.SendLag.Quantile(0.99),
	}
	if all.Published == 0 {
		r.Void = "no task arrived"
		return r
	}
	median := all.Response.Quantile(0.5)
	r.LagBound = max(voidShare*median, benchAllowance)
	switch {
	case all.Response.Count() == 0:
		r.Void = "no task ended"
	case r.LagP99 > r.LagBound:
		r.Void = "the loop was late"
	case r.SendLagP99 > r.LagBound:
		r.Void = "tasks were published late"
	case t.Others > voidOthers*float64(b.opts.Calibration.Cores) && computes(b.classes):
		r.Void = "other processes took the cores"
	}
	return r
}
