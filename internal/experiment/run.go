package experiment

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"example.com/simrun/capacity"
	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// Options say how to run, never what comes out.
type Options struct {
	Cores    int            // at most so many runs at once; 0 = all
	Progress func(Progress) // called from one goroutine at a time; may be nil
	Tasks    bool           // keep the tasks and attempts of the first replication
	Version  string         // of the program, for the result
	Cleared  bool           // tasks with labels need clearance, though no layout of the scenario names any
	Flips    []string       // inputs of which the nearest value that changes the answer is looked for; nil = of none, empty = of all
	Backend  Backend        // computes the runs; nil = the cores of this machine
}

// Progress says how far the experiment is.
type Progress struct {
	Phase       string // "warm-up", "replications", "headroom" or "sweep"
	Done, Total int    // runs; Total grows when more replications turn out to be needed
}

// engine is one experiment in progress.
type engine struct {
	ctx     context.Context
	sc      *scenarios.Scenario
	opts    Options
	backend Backend
	variant Variant
	rounds  int // batches that were asked for
	warmup  des.Time
	rule    string    // of the warm-up
	horizon des.Time  // observed, at least what the file says
	asked   des.Time  // by the file: warm-up and duration
	relax   []float64 // of each layout: seconds for which it remembers its past; 0 = unknown

	looks    []int      // numbers of replications after which a layout may stop
	evidence []evidence // of each layout

	model    *ModelError            // nil = such predictions were never compared with reality
	exact    bool                   // nothing is random: one replication says it all
	loads    [][]capacity.QueueLoad // of each layout; empty in a terminating run
	withheld []map[int]bool         // of each layout: classes without steady-state figures
	notes    []string

	samples    [][]sample    // of each layout and replication
	windows    [][]sample    // windows as long as the file says, where replications are longer
	pools      []pool        // of each layout
	footprints []*sim.Memory // of each layout: of the first replication, with its course
	events     int64
	short      bool     // plain pools need not be run: only targets are asked for
	heard      []*Heard // in the first replications of each layout; nil in a cell of a sweep, which is answered with less
}

// Run answers a scenario. The error is ctx's when it was interrupted.
func Run(ctx context.Context, sc *scenarios.Scenario, o Options) (*Result, error) {
	if o.Progress != nil {
		o.Progress = oneAtATime(o.Progress)
	}
	o.Backend = o.backend()
	e := newEngine(ctx, sc, 0, o)
	e.heard = make([]*Heard, len(sc.Layouts))
	var r *Result
	var s *Sweep
	var ends []End
	var swept, assumed int64
	parts := [...]func() error{
		func() (err error) { r, err = e.answer(); return err },
		func() (err error) { s, swept, err = sweep(ctx, sc, o); return err },
		func() (err error) { ends, assumed, err = assume(ctx, sc, o); return err },
	}
	if err := atOnce(len(parts), len(parts), func(part int) error { return parts[part]() }); err != nil {
		return nil, err
	}
	for i := range sweptCells(sc) {
		if Variant(i + 1).asWritten(sc) {
			s.Cells[i] = e.point(sc.Sweep.Cells[i].At, r)
		}
	}
	for i := range ends {
		if Variant(sweptCells(sc) + i + 1).asWritten(sc) {
			ends[i] = endOf(sc, i, &r.Verdict)
		}
	}
	r.Sweep = s
	r.Run.Events = e.events + swept + assumed
	if ends != nil {
		r.Verdict.Survives = survives(&r.Verdict, ends)
	}
	return r, nil
}

// backend is the one that was asked for, or the cores of this machine.
func (o *Options) backend() Backend {
	switch {
	case o.Backend != nil:
		return o.Backend
	case o.Cores > 0:
		return Local(o.Cores)
	}
	return Local(runtime.GOMAXPROCS(0))
}

// oneAtATime lets several goroutines report.
func oneAtATime(progress func(Progress)) func(Progress) {
	var one sync.Mutex
	return func(p Progress) {
		one.Lock()
		defer one.Unlock()
		progress(p)
	}
}

func newEngine(ctx context.Context, sc *scenarios.Scenario, v Variant, o Options) *engine {
	e := &engine{
		ctx: ctx, sc: sc, variant: v, opts: o, backend: o.Backend, warmup: sc.Run.Warmup, horizon: sc.Run.Duration, asked: sc.Run.Warmup + sc.Run.Duration,
		samples: make([][]sample, len(sc.Layouts)), pools: make([]pool, len(sc.Layouts)),
		footprints: make([]*sim.Memory, len(sc.Layouts)),
		loads:      make([][]capacity.QueueLoad, len(sc.Layouts)), withheld: make([]map[int]bool, len(sc.Layouts)),
	}
	e.exact = deterministic(sc)
	e.evidence = make([]evidence, len(sc.Layouts))
	e.lookAt(looks(sc.Run.Min, sc.Run.Max))
	if e.exact {
		e.lookAt([]int{1})
	}
	e.model = modelError(sc)
	return e
}

// answer goes from the warm-up to the verdict.
func (e *engine) answer() (*Result, error) {
	e.judgeStability()
	if err := e.settle(); err != nil {
		return nil, err
	}
	if e.variant != 0 {
		e.spare()
	}
	reached, err := e.replicate()
	if err != nil {
		return nil, err
	}
	if err := e.observeWindows(); err != nil {
		return nil, err
	}
	r := e.summarise(reached)
	if err := e.decide(r); err != nil || e.opts.Flips == nil {
		return r, err
	}
	if r.Flips, err = e.flips(r, e.opts.Flips); err != nil {
		return nil, err
	}
	r.Verdict.Flips = r.Flips.Flips
	return r, nil
}

// steady says that the run describes a steady state: it deletes a warm-up. A terminating run starts as it is given
// and never withholds figures.
func (e *engine) steady() bool {
	return e.sc.Run.AutoWarmup && stationary(e.sc) || e.sc.Run.Warmup > 0
}

// disturbs says whether a planned fault changes what happens: malicious code only reads.
func disturbs(f system.Fault) bool { return f.Of != system.OfClass }

// stationary says that nothing changes over time: neither arrivals, nor what is planned to break.
func stationary(sc *scenarios.Scenario) bool {
	for i := range sc.Classes {
		if !workloads.Stationary(sc.Classes, i) {
			return false
		}
	}
	return !slices.ContainsFunc(sc.Faults, disturbs) && !planned(sc.Layouts)
}

// deterministic says that every replication would be the same: recorded tasks that bring their own work, no chance
// of failure, and a broker that never tosses a coin.
func deterministic(sc *scenarios.Scenario) bool {
	for i := range sc.Classes {
		c := &sc.Classes[i]
		t, traced := c.Arrivals.Process.(workloads.Trace)
		f := &c.Failures
		if !traced || !t.HasWork || c.Arrivals.Batch != nil || f.Error.P+f.Hang.P+f.Crash.P+f.Slow.P > 0 ||
			c.Retry.Max > 0 && c.Retry.Jitter || random(c.Expires) && !t.HasExpires || random(c.Countdown) && !t.HasCountdown {
			return false
		}
	}
	for i := range sc.Layouts {
		if tosses(&sc.Layouts[i]) {
			return false
		}
	}
	return true
}

func random(d workloads.Dist) bool { return d != nil && d.CV() != 0 }

// cell is one replication of a layout, observed as the experiment is.
func (e *engine) cell(layout, replication int, load float64) Cell {
	return Cell{Layout: layout, Replication: replication, Load: load, Warmup: e.warmup, Duration: e.horizon, Drain: e.sc.Run.Drain, Short: e.short}
}

// replicate runs replications of all layouts, of each from one look to the next until it says enough.
func (e *engine) replicate() (reached bool, err error) {
	going := make([]int, len(e.sc.Layouts))
	for l := range going {
		going[l] = l
	}
	reached = true
	done := 0
	for i, next := range e.looks {
		if err := e.extend(going, done, next); err != nil {
			return false, err
		}
		done = next
		going = slices.DeleteFunc(going, func(l int) bool {
			e.evidence[l].confidence = confidenceAt(e.sc.Run.Confidence, i, len(e.looks))
			e.look(l, next)
			says := e.state(l, next == e.looks[len(e.looks)-1])
			reached = reached && says != saysNoMore
			return says != saysGoOn
		})
		if len(going) == 0 {
			break
		}
	}
	return reached, nil
}

// most is the number of replications of the layout that took most.
func (e *engine) most() int {
	n := 0
	for _, s := range e.samples {
		n = max(n, len(s))
	}
	return n
}

// extend runs the replications of layouts that come after so many, up to a number.
func (e *engine) extend(layouts []int, done, to int) error {
	var cells []Cell
	for replication := done; replication < to; replication++ {
		for _, l := range layouts {
			c := e.cell(l, replication, 1)
			if e.watched() {
				c.Steps = steps
			}
			c.Listen = replication < heard && e.heard != nil
			if replication == 0 && e.heard != nil {
				c.MemorySteps = steps
			}
			cells = append(cells, c)
		}
	}
	return e.batch("replications", cells, func(i int, o *Outcome) { e.take(cells[i].Layout, o) })
}

// take merges one replication.
func (e *engine) take(layout int, o *Outcome) {
	switch {
	case o.Heard == nil:
	case e.heard[layout] == nil:
		e.heard[layout], e.footprints[layout] = o.Heard, o.Memory
	default:
		e.heard[layout].Timeline.add(o.Heard.Timeline)
	}
	e.samples[layout] = append(e.samples[layout], newSample(&o.Result, e.warmup+e.horizon, e.horizon))
	e.pools[layout].add(&o.Result)
}
