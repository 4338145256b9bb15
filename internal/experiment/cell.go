package experiment

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
)

// Cell is one run of the simulator: a pure function of the scenario and of what stands here, wherever it is computed.
type Cell struct {
	Layout, Replication      int
	Load                     float64 // multiplies arrivals
	Change                   *Change `json:",omitempty"` // of another input; nil = none
	Warmup, Duration, Drain  des.Time
	Bins, Steps, MemorySteps int  // as sim.Options
	Listen                   bool // for the timeline
	Short                    bool // only what targets need, which of a plain pool takes no run
}

// Outcome is what a cell found.
type Outcome struct {
	sim.Result
	Heard *Heard // where it was listened to
}

// Heard is what a listener wrote down. Tasks and attempts only where they were asked for, which is on one machine only.
type Heard struct {
	Timeline *Timeline
	tasks    []Task
	attempts []Attempt
}

// Compute runs a cell of a scenario.
func Compute(sc *scenarios.Scenario, c *Cell) *Outcome { return compute(sc, c, false) }

// mostFollowed is up to how many classes it is kept who waits behind whom: its cost grows with their square.
const mostFollowed = 100

func compute(sc *scenarios.Scenario, c *Cell, tasks bool) *Outcome {
	if c.Change != nil {
		sc = c.Change.apply(sc)
	}
	o := sim.Options{
		Key:  des.NewKey(sc.Seed).With(uint64(c.Replication)),
		Load: c.Load, Start: sc.Run.Start, Services: sc.Services, Zones: sc.Zones, Faults: sc.Faults,
		Warmup: c.Warmup, Duration: c.Duration, Drain: c.Drain, Bins: c.Bins, Steps: c.Steps, MemorySteps: c.MemorySteps,
		Holders: !c.Short && len(sc.Classes) <= mostFollowed,
	}
	var l *listener
	if c.Listen {
		l = newListener(sc, c, tasks && c.Replication == 0)
		o.Recorder = l
	}
	if l := &sc.Layouts[c.Layout]; c.Short && sim.Plain(l, sc.Classes, &o) {
		if r, ok := sim.Wait(l, sc.Classes, o); ok {
			return &Outcome{Result: r}
		}
	}
	found := &Outcome{Result: sim.New(&sc.Layouts[c.Layout], sc.Classes, sc.Machines, o).Run()}
	if l != nil {
		found.Heard = &Heard{l.timeline(), l.tasks, l.attempts}
	}
	return found
}

// Batch is cells that can be computed side by side.
type Batch struct {
	Phase    string // "warm-up", "replications", "windows" or "headroom"
	Variant  Variant
	Scenario *scenarios.Scenario // of the variant
	Round    int                 // batches of the variant before it
	Cells    []Cell
	Tasks    bool                         // keep tasks and attempts of cells that are listened to
	Take     func(i int, o *Outcome)      // receives the outcomes in order
	Progress func(phase string, done int) // may be nil
}

// Variant says which scenario a file stands for: 0 as it is written, n its n-th cell of the sweep, from 1, and after those
// the ends of what is assumed, two each.
type Variant int

// Alone is the variant of a scenario that stands in no file: somebody made it, and its own text (Scenario.Expanded) says
// all of it.
const Alone Variant = -1

// Of is the scenario of a variant; nil if the file has none such.
func (v Variant) Of(sc *scenarios.Scenario) *scenarios.Scenario {
	swept := sweptCells(sc)
	switch {
	case v == 0:
		return sc
	case v > 0 && int(v) <= swept:
		return sc.Sweep.Cells[v-1].Scenario
	case v > 0 && int(v) <= swept+2*len(sc.Assumed):
		end := int(v) - swept - 1
		return sc.Assumed[end/2].Ends[end%2]
	}
	return nil
}

// asWritten says that a variant is the file as it is written, whose answer is its own.
func (v Variant) asWritten(sc *scenarios.Scenario) bool { return v.Of(sc).Same(sc) }

func sweptCells(sc *scenarios.Scenario) int {
	if sc.Sweep == nil {
		return 0
	}
	return len(sc.Sweep.Cells)
}

// LeastCells is how many cells a run of a scenario takes at the least.
func LeastCells(sc *scenarios.Scenario) int {
	replications := func(of *scenarios.Scenario, most int) int {
		if deterministic(of) {
			return len(of.Layouts)
		}
		return len(of.Layouts) * min(of.Run.Min, most)
	}
	n := replications(sc, sc.Run.Min)
	for i := range sweptCells(sc) + 2*len(sc.Assumed) {
		if v := Variant(i + 1); !v.asWritten(sc) {
			n += replications(v.Of(sc), pointFew)
		}
	}
	return n
}

// Backend computes cells: on the cores of this machine, from what others have left, or on other machines.
type Backend interface {
	// Compute computes a batch. It may be called from several goroutines at once. The error is the context's, or says
	// why the batch cannot be computed; Missing where others have to do their part first.
	Compute(ctx context.Context, b *Batch) error
	// Width is the number of batches that are worth having at once.
	Width() int
}

// Missing is the error of a batch of which some cells were computed nowhere yet.
type Missing struct {
	Round int // that they belong to, from 1
	Cells int
}

func (m *Missing) Error() string {
	return fmt.Sprintf("round %d: %d cells are missing", m.Round, m.Cells)
}

// local computes on the cores of this machine.
type local struct{ cores chan struct{} }

// Local is the backend of this machine, with at most so many cells at once. However many batches ask, the cores are
// one pool.
func Local(cores int) Backend { return &local{make(chan struct{}, max(1, cores))} }

func (l *local) Width() int { return cap(l.cores) }

// ahead is how many outcomes for each core may wait for one before them.
const ahead = 8

func (l *local) Compute(ctx context.Context, b *Batch) error {
	type answer struct {
		cell int
		*Outcome
	}
	answers, left := make(chan answer), make(chan struct{})
	defer close(left)
	early := map[int]*Outcome{}
	given, finished, taken := 0, 0, 0
	for taken < len(b.Cells) {
		var free chan struct{}
		if given < len(b.Cells) && given-taken < ahead*cap(l.cores) {
			free = l.cores
		}
		select {
		case <-ctx.Done(): // the runs under way end by themselves; nobody waits for them
			return fmt.Errorf("interrupted: %w", ctx.Err())
		case free <- struct{}{}:
			go func(i int) {
				o := compute(b.Scenario, &b.Cells[i], b.Tasks)
				<-l.cores
				select {
				case answers <- answer{i, o}:
				case <-left:
				}
			}(given)
			given++
		case a := <-answers:
			finished++
			if b.Progress != nil {
				b.Progress(b.Phase, finished)
			}
			for early[a.cell] = a.Outcome; early[taken] != nil; taken++ {
				b.Take(taken, early[taken])
				delete(early, taken)
			}
		}
	}
	return nil
}

// batch has cells computed, and gives their outcomes to take in order.
func (e *engine) batch(phase string, cells []Cell, take func(i int, o *Outcome)) error {
	if len(cells) == 0 {
		return nil
	}
	b := &Batch{
		Phase: phase, Variant: e.variant, Scenario: e.sc, Round: e.rounds, Cells: cells, Tasks: e.opts.Tasks,
		Take: func(i int, o *Outcome) {
			e.events += o.Events
			take(i, o)
		},
	}
	if e.opts.Progress != nil {
		b.Progress = func(phase string, done int) { e.opts.Progress(Progress{Phase: phase, Done: done, Total: len(cells)}) }
	}
	e.rounds++
	return e.backend.Compute(e.ctx, b)
}

// atOnce runs n jobs that use a backend, as many at once as are worth it. Of errors that of the first job counts, but a
// part that others have to do first keeps no other job from going as far as it can.
func atOnce(width, n int, job func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	var stop sync.Once
	stopped := make(chan struct{})
	next := make(chan int)
	for range min(width, n) {
		all.Go(func() {
			for i := range next {
				if errs[i] = job(i); errs[i] != nil && missing(errs[i]) == nil {
					stop.Do(func() { close(stopped) })
				}
			}
		})
	}
give:
	for i := range n {
		select {
		case next <- i:
		case <-stopped:
			break give
		}
	}
	close(next)
	all.Wait()
	return joined(errs)
}

// joined is what several errors say together: the first that no other machine can mend, else what is missing in all.
func joined(errs []error) error {
	var lacks *Missing
	for _, err := range errs {
		if err == nil {
			continue
		}
		m := missing(err)
		if m == nil {
			return err
		}
		if lacks == nil {
			lacks = &Missing{Round: m.Round}
		}
		lacks.Round = min(lacks.Round, m.Round)
		lacks.Cells += m.Cells
	}
	if lacks == nil {
		return nil
	}
	return lacks
}

func missing(err error) *Missing {
	m, _ := errors.AsType[*Missing](err)
	return m
}
