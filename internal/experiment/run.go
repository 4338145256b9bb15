package experiment

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"example.com/simrun/capacity"
	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/stats"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// Options say how to run, never what comes out.
type Options struct {
	Cores    int            // at most so many runs at once; 0 = all
	Progress func(Progress) // called from one goroutine at a time; may be nil
	Tasks    bool           // keep the tasks and attempts of the first replication
	Version  string         // of the program, for the result
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
	cores   int
	warmup  des.Time
	rule    string    // of the warm-up
	horizon des.Time  // observed, at least what the file says
	relax   []float64 // of each layout: seconds for which it remembers its past; 0 = unknown

	looks      []int       // numbers of replications after which it may stop
	confidence float64     // of the intervals at the present one
	level      stats.Level // at the present one

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
	scope      *scope // listens to the first replications; nil in a cell
	cell       bool   // of a sweep: answered with less
}

// Run answers a scenario. The error is ctx's when it was interrupted.
func Run(ctx context.Context, sc *scenarios.Scenario, o Options) (*Result, error) {
	e := newEngine(ctx, sc, o)
	e.scope = newScope(e)
	r, err := e.answer()
	if err != nil {
		return nil, err
	}
	if r.Sweep, err = e.sweep(); err != nil {
		return nil, err
	}
	r.Run.Events = e.events
	return r, nil
}

func newEngine(ctx context.Context, sc *scenarios.Scenario, o Options) *engine {
	e := &engine{
		ctx: ctx, sc: sc, opts: o, cores: o.Cores, warmup: sc.Run.Warmup, horizon: sc.Run.Duration,
		samples: make([][]sample, len(sc.Layouts)), pools: make([]pool, len(sc.Layouts)),
		footprints: make([]*sim.Memory, len(sc.Layouts)),
		loads:      make([][]capacity.QueueLoad, len(sc.Layouts)), withheld: make([]map[int]bool, len(sc.Layouts)),
	}
	if e.cores <= 0 {
		e.cores = runtime.GOMAXPROCS(0)
	}
	e.exact = deterministic(sc)
	e.looks = looks(sc.Run.Min, sc.Run.Max)
	if e.exact {
		e.looks = []int{1}
	}
	e.confidence = confidenceAt(sc.Run.Confidence, 0, len(e.looks))
	e.model = modelError(sc)
	return e
}

// answer goes from the warm-up to the verdict.
func (e *engine) answer() (*Result, error) {
	e.judgeStability()
	if err := e.settle(); err != nil {
		return nil, err
	}
	reached, err := e.replicate()
	if err != nil {
		return nil, err
	}
	if err := e.observeWindows(); err != nil {
		return nil, err
	}
	r := e.summarise(reached)
	return r, e.decide(r)
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
			c.Retry.Max > 0 && c.Retry.Jitter || random(c.Expires) || random(c.Countdown) {
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

// simulate runs one replication of one layout.
func (e *engine) simulate(layout, replication int, load float64, o sim.Options) sim.Result {
	o.Key = des.NewKey(e.sc.Seed).With(uint64(replication))
	o.Load = load
	o.Start = e.sc.Run.Start
	o.Services, o.Zones, o.Faults = e.sc.Services, e.sc.Zones, e.sc.Faults
	return sim.New(&e.sc.Layouts[layout], e.sc.Classes, e.sc.Machines, o).Run()
}

func (e *engine) options() sim.Options {
	return sim.Options{Warmup: e.warmup, Duration: e.horizon, Drain: e.sc.Run.Drain}
}

// replicate runs replications of all layouts, from one look to the next, until they say enough.
func (e *engine) replicate() (reached bool, err error) {
	for i, next := range e.looks {
		if err := e.extend(next); err != nil {
			return false, err
		}
		e.confidence = confidenceAt(e.sc.Run.Confidence, i, len(e.looks))
		e.look(next)
		switch e.state(next == e.looks[len(e.looks)-1]) {
		case saysEnough:
			return true, nil
		case saysNoMore:
			return false, nil
		}
	}
	return false, nil
}

// extend runs the replications that are missing to a number.
func (e *engine) extend(to int) error {
	layouts, done := len(e.sc.Layouts), len(e.samples[0])
	for done < to {
		next := min(to, done+max(block, e.cores))
		n := (next - done) * layouts
		results := make([]sim.Result, n)
		err := e.parallel("replications", n, func(i int) {
			o := e.options()
			if e.watched() {
				o.Steps = steps
			}
			replication, layout := done+i/layouts, i%layouts
			if replication < heard && e.scope != nil {
				o.Recorder = e.scope.of(layout, replication)
			}
			if replication == 0 && e.scope != nil {
				o.MemorySteps = steps
			}
			results[i] = e.simulate(layout, replication, 1, o)
		})
		if err != nil {
			return err
		}
		for i := range results {
			e.take(i%layouts, &results[i])
		}
		done = next
	}
	return nil
}

// take merges one replication.
func (e *engine) take(layout int, r *sim.Result) {
	e.events += r.Events
	if len(e.samples[layout]) == 0 && e.scope != nil {
		e.footprints[layout] = r.Memory
	}
	e.samples[layout] = append(e.samples[layout], newSample(r, e.warmup+e.horizon, e.horizon))
	e.pools[layout].add(r)
}

// parallel runs n jobs on the engine's cores.
func (e *engine) parallel(phase string, n int, job func(i int)) error {
	next, finished := make(chan int), make(chan struct{})
	defer close(next)
	for range min(e.cores, n) {
		go func() {
			for i := range next {
				job(i)
				finished <- struct{}{}
			}
		}()
	}
	given, done := 0, 0
	for done < n {
		give := next
		if given == n {
			give = nil
		}
		select {
		case <-e.ctx.Done():
			// The runs under way end by themselves; nobody waits for them.
			go func(left int) {
				for range left {
					<-finished
				}
			}(given - done)
			return fmt.Errorf("interrupted: %w", e.ctx.Err())
		case give <- given:
			given++
		case <-finished:
			done++
			if e.opts.Progress != nil {
				e.opts.Progress(Progress{Phase: phase, Done: done, Total: n})
			}
		}
	}
	return nil
}
