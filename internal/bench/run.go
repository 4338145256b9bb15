package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// allowance is what a real clock is good for: timers, wake-ups and the kernel's scheduler are late by some tenths of
// a millisecond, now and then by one. A difference within it is no error, and a harness late by no more is not late.
const allowance = 1e-3

// measurement is one in progress.
type measurement struct {
	sc       *scenarios.Scenario
	trial    Real
	opts     Options
	classes  []workloads.Class // as they run
	layouts  []strategies.Layout
	services []system.Service
	machine  []system.Machine
	start    des.Time
	faults   [][]system.Fault // of each layout
	out      *Result
	tallies  [][]pair // of each layout and run
}

// pair is one run with its predictions.
type pair struct {
	measured, predicted, replayed *worker.Tally
	disturbance
}

// Measure runs every layout of a scenario for real, in turns, and simulates the same tasks. When it is interrupted it
// returns what it has, with the error.
func Measure(ctx context.Context, sc *scenarios.Scenario, run Real, o Options) (*Result, error) {
	if err := errors.Join(Refuse(sc), unrecorded(sc, &o), unscaled(sc, o.Speed)); err != nil {
		return nil, err
	}
	classes, layouts := faster(sc, o.Speed)
	if o.Keep {
		if err := Recordable(classes); err != nil {
			return nil, err
		}
	}
	m := &measurement{
		sc: sc, trial: run, opts: o, classes: classes, layouts: layouts, services: busier(sc.Services, o.Speed), start: divided(sc.Run.Start, o.Speed),
		machine: []system.Machine{{
			Name: "this", Cores: float64(o.Calibration.Cores), Efficiency: o.Calibration.Efficiency, Speed: 1, Count: 1,
		}},
		tallies: make([][]pair, len(layouts)),
		out: &Result{
			Version: 1, Simrun: o.Version,
			Scenario: experiment.ScenarioInfo{Name: sc.Name, About: sc.About, SHA256: sc.SHA256, Seed: sc.Seed},
			For:      o.For.Seconds(), Speed: o.Speed, Rounds: o.Rounds, Executor: o.Executor,
			Rule: voidRule, Calibration: o.Calibration, Notes: notesOn(sc, o),
		},
	}
	for i := range layouts {
		m.faults = append(m.faults, faultsHere(sc, &layouts[i], o.Speed))
		onThisMachine(&layouts[i])
		m.out.Strategies = append(m.out.Strategies, Strategy{Name: layouts[i].Name, Slots: layouts[i].Slots()})
	}
	err := m.rounds(ctx)
	if err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	m.out.Interrupted = err != nil
	for i := range layouts {
		m.summarise(i)
	}
	return m.out, err
}

// onThisMachine puts every worker of a layout on one machine: this one.
func onThisMachine(l *strategies.Layout) {
	l.Nodes = []int{0}
	l.Node = make([]int, len(l.Workers))
	l.BrokerNode, l.ProducerNode = 0, 0
	l.Leases = nil
}

func notesOn(sc *scenarios.Scenario, o Options) (notes []string) {
	if len(sc.Machines) > 0 {
		notes = append(notes, "All workers ran on this machine, whatever machines the scenario has, and so does the prediction.")
		if slices.ContainsFunc(sc.Machines, func(m system.Machine) bool { return m.Memory > 0 }) {
			notes = append(notes, "How much memory the machines have is left out, of the run and of its prediction: nothing was killed for it.")
		}
	}
	return append(notes, beyond(sc, &o)...)
}

// rounds runs the layouts in turns, each round beginning with another: what disturbs the machine for a while then
// disturbs all of them.
func (m *measurement) rounds(ctx context.Context) error {
	n := len(m.layouts)
	for round := range m.opts.Rounds {
		for turn := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if m.opts.Progress != nil {
				m.opts.Progress(experiment.Progress{Phase: "running for real", Done: round*n + turn, Total: n * m.opts.Rounds})
			}
			if err := m.run(ctx, (round+turn)%n, round); err != nil {
				return err
			}
		}
	}
	return nil
}

// key is that of a round's tasks, and of all that is random about them: a replication each. Recorded runs are all of one
// replication, as a recording has one trace.
func (m *measurement) key(round int) des.Key {
	if m.opts.Keep {
		round = 0
	}
	return des.NewKey(m.sc.Seed).With(uint64(round))
}

// run makes one real run, and simulates the same seconds.
func (m *measurement) run(ctx context.Context, layout, round int) error {
	l := &m.layouts[layout]
	o := TrialOptions{
		Key: m.key(round), Duration: m.opts.For, Start: m.start, Services: m.services, Faults: m.faults[layout],
		// What has piled up may take as long again; a task that never ends must not hold up the rest.
		Drain: min(max(divided(m.sc.Run.Drain, m.opts.Speed), m.opts.For/10), m.opts.For),
	}
	var book *ledger
	if m.opts.Replay || m.opts.Keep {
		book = &ledger{layout: l, classes: m.classes}
		o.Recorder, o.Body = book, book.body
	}
	t, err := m.trial(ctx, l, m.classes, o)
	if err != nil {
		return fmt.Errorf("strategies.%s: %w", l.Name, err)
	}
	if t.Interrupted && t.End < o.Duration {
		o.Duration, o.Drain = t.End, 0
	}
	o.Recorder, o.Body = nil, nil
	cost := m.opts.Calibration.of(m.opts.Executor)
	burden := burdened(m.classes, cost, m.opts.Calibration.Touch)
	tally := pair{measured: t.Tally, predicted: m.simulate(encumbered(l, cost), burden, m.machine, o)}
	tally.disturbance = m.disturbed(l, burden, o, &t)
	run := m.judge(&t, &tally, round)
	if m.opts.Replay {
		free := *l
		free.Nodes, free.Leases, free.Node, free.BrokerNode, free.ProducerNode = nil, nil, make([]int, len(l.Workers)), -1, -1
		for i := range free.Node {
			free.Node[i] = -1
		}
		tally.replayed = m.simulate(&free, book.replay(), nil, o)
	}
	if m.opts.Keep {
		run.Tasks, run.Attempts = book.tables()
	}
	s := &m.out.Strategies[layout]
	if m.opts.Keep && s.Layout == nil {
		s.Layout, s.Tasks, s.Drain = l, m.classes, o.Drain
		s.Asked = m.asked(func(class int32) string { return l.Queues[l.ClassQueue[class]].Name }, o.Key, o.Duration)
	}
	s.Runs = append(s.Runs, run)
	m.tallies[layout] = append(m.tallies[layout], tally)
	if t.Interrupted {
		return context.Canceled
	}
	return nil
}

func (m *measurement) simulate(l *strategies.Layout, classes []workloads.Class, machines []system.Machine, o TrialOptions) *worker.Tally {
	return sim.New(l, classes, machines, sim.Options{
		Key: o.Key, Duration: o.Duration, Drain: o.Drain, Start: o.Start, Services: o.Services, Faults: o.Faults,
	}).Run().Tally
}

// judge says what a run observed as a whole, and whether it counts.
func (m *measurement) judge(t *Trial, p *pair, round int) Run {
	var all worker.ClassTally
	for i := range t.Classes {
		all.Merge(&t.Classes[i])
	}
	by := &all.ByOutcome
	r := Run{
		Round: round + 1, Published: all.Published, Seconds: t.End.Seconds(), Leaks: t.Leaks, Killed: t.Killed, Died: t.Died, Others: t.Others,
		Succeeded: by[worker.OK], Failed: by[worker.Failed], Timeout: by[worker.TimedOut], Lost: by[worker.Lost],
		Unfinished: by[worker.Unfinished] + by[worker.Unstarted] + by[worker.Retrying],
		LagP99:     t.Lag.Quantile(0.99), SendLagP99: t.SendLag.Quantile(0.99),
	}
	switch {
	case all.Published == 0:
		r.Void = "no task arrived: want a longer --for, or a higher --speed"
	case all.Response.Count() == 0:
		r.Void = "no task ended: want a longer --for, or a higher --speed"
	default:
		r.Moved, r.Void = m.moved(p)
	}
	return r
}
