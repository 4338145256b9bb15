package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
)

// Options say what to import, and what to make of it.
type Options struct {
	Paths  []string
	Read   logs.Options // how
	Base   string       // of the names of the files that the scenario needs
	Replay bool         // these tasks again; false = such traffic
	Fitted bool         // demands by laws
	Ladder bool         // with the layouts that are worth a look beside today's
	Said   Said
}

// Import is a log that has become a scenario.
type Import struct {
	*recordings.Imported
	Log      *logs.Log
	Today    recordings.Today
	Computes []Computing          // as said
	Open     map[string]float64   // classes whose mean run times are not given back: predicted over observed
	Check    *Check               // the log through its own layout
	Traffic  *recordings.Imported // with a ladder: the same layouts under such traffic
	Short    Short                // and what windows of it show, as short as the log is; nil = it is long
}

// Make makes a scenario of a log. A [Wrong] error is a mistake in Said.
func Make(ctx context.Context, o Options) (*Import, error) {
	l, today, err := read(&o.Read, o.Paths)
	if err != nil {
		return nil, err
	}
	names := classes(l)
	errs := []error{o.Said.add(&today, l.Queues)}
	targets, err := o.Said.targets(names)
	today.Targets = targets
	errs = append(errs, err)
	computes, err := o.Said.computing(names)
	errs = append(errs, o.Said.queues(names, &today, l.Queues))
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	if l.Sums != nil {
		return sums(l, o, &today)
	}
	if o.Ladder && !today.Told() {
		return nil, wrong("the log does not say what the workers are set to: want --worker, once for each line that starts one, or --workers FILE")
	}
	m := &Import{Log: l, Today: today, Computes: computes}
	part := stretchOf(l, mostReplayed)
	replay := recordings.ImportOptions{Base: o.Base, Replay: true, Today: today}
	draft, err := decode(recordings.Import(part.Log, replay))
	if err != nil {
		return nil, unwritten(err)
	}
	reckonStarts(l, draft)
	part = stretchOf(l, mostReplayed)
	ask(part.Log, draft, computes)
	sc, err := decode(recordings.Import(part.Log, replay))
	if err != nil {
		return nil, err
	}
	if m.Open, err = settle(ctx, sc, part.Log); err != nil {
		return nil, err
	}
	if m.Check, err = check(ctx, sc, part.Log, m); err != nil {
		return nil, err
	}
	if err := m.suspect(ctx, part.Log, replay); err != nil {
		return nil, err
	}
	part.giveBack()
	such := recordings.ImportOptions{Base: o.Base, Fitted: o.Fitted, Part: part.cut()}
	if o.Ladder {
		today.Others = ladder(part.Log, replay, sc)
		such.Base, such.Today = o.Base+".traffic", today
		m.Traffic = recordings.Import(l, such)
		if m.Short, err = shortness(ctx, m.Traffic, l, such); err != nil {
			return nil, err
		}
		such.Base = o.Base
	}
	such.Today, replay.Today = today, today
	if o.Replay {
		m.Imported = recordings.Import(part.Log, replay)
	} else {
		m.Imported = recordings.Import(l, such)
	}
	if part.cut() {
		m.Warnings = append(m.Warnings, part.words())
	}
	return m, nil
}

// sums makes a scenario of what was only counted: there are no tasks to hold it against.
func sums(l *logs.Log, o Options, today *recordings.Today) (*Import, error) {
	if o.Ladder || o.Replay {
		return nil, wrong("%s has sums of tasks, not tasks: they cannot be replayed; import them as such traffic, without --replay", l.Name)
	}
	m := &Import{Log: l, Today: *today, Check: &Check{Unseen: []string{"The log has sums of tasks, not tasks: nothing can be held against what was seen."}}}
	m.Imported = recordings.Import(l, recordings.ImportOptions{Base: o.Base, Fitted: o.Fitted, Today: *today})
	return m, nil
}

// unwritten is an error of a scenario that nobody can look at: where it stands there says nothing.
func unwritten(err error) error {
	if problems, ok := errors.AsType[scenarios.Errors](err); ok {
		bare := slices.Clone(problems)
		for i := range bare {
			bare[i].File = ""
		}
		err = bare
	}
	return fmt.Errorf("nothing is written: the log, and what was said of it, make no scenario:\n%w", err)
}

// Such reads the scenario of such traffic.
func (m *Import) Such() (*scenarios.Scenario, error) { return decode(m.Traffic) }

// decode reads a scenario that was made back, without a file.
func decode(m *recordings.Imported) (*scenarios.Scenario, error) {
	b := scenarios.Bundle{Name: "scenario.yaml", Text: []byte(m.Scenario), Files: map[string][]byte{}}
	for _, f := range m.Files {
		b.Files[f.Name] = f.Content
	}
	return b.Scenario()
}
