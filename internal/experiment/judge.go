package experiment

import (
	"context"
	"math"
	"slices"

	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/workloads"
)

// Judged is how one layout does against its targets, found with as little as that takes.
type Judged struct {
	Verdict  string    // on all targets together: pass | marginal | fail | undecided
	Likely   bool      // what is seen meets every target, however unsure that is
	Strained float64   // the largest ratio of a figure to its target; +Inf: of one that is missed without a figure; NaN: no target
	Class    string    // of that target
	Target   SLO       // that one
	Cost     *Estimate // a month; nil where nothing that it uses has a price
	Targets  []ClassTarget
	With     string // what a layout that passes puts up with, in brackets; empty = nothing
	Why      string // what is missed and by how much, or seems to be, or is met by too little; empty where it is likely to pass, or nothing was simulated
	Ends     []Ends // of each class that has a figure
	Exact    bool   // nothing is random: one replication says all
	Trap     string // why it fails whatever a run of it says, and was not simulated: "it loses slots for good"; empty = it is none

	Events       int64 // that were simulated, those of the pilots among them
	Replications int
	Batches      int // of runs, one after the other
}

// Grows says that a queue grows without end, so that nothing had to be simulated.
func (j *Judged) Grows() bool { return j.Verdict == fail && j.Replications == 0 && j.Trap == "" }

// Unseen names the targets that no task was there to meet or miss, so that no size is known to meet them.
func (j *Judged) Unseen() (of []string) {
	for i := range j.Targets {
		if t := &j.Targets[i]; t.unseen() {
			of = append(of, t.Class+" "+t.Metric.Words())
		}
	}
	return of
}

// Ends says after how long the tasks of a class have ended.
type Ends struct {
	Class   string
	Aimless bool // it has no target, so that nothing keeps it from being slow
	Mean    *Estimate
}

// ClassTarget is how one target of one class comes out.
type ClassTarget struct {
	Class string
	SLO
}

// Judge judges the only layout of a scenario. It simulates no more than its targets take, and a plain pool by a recursion
// (sim.Wait) where that is enough.
func Judge(ctx context.Context, sc *scenarios.Scenario, o Options) (*Judged, error) {
	return newJudge(ctx, sc, o).judgeLayout((*engine).settle)
}

// enoughTasks are so many that a glance at them needs no further replication than the two without which nothing has a spread.
const enoughTasks = 500_000

// Glance looks at the only layout of a scenario in so many replications at most, without a pilot: Likely and Strained are what it
// is for.
func Glance(ctx context.Context, sc *scenarios.Scenario, replications int, o Options) (*Judged, error) {
	e := newJudge(ctx, sc, o)
	if !e.exact {
		e.looks = []int{max(2, min(replications, int(math.Ceil(min(enoughTasks, enoughTasks/e.expected())))))}
	}
	return e.judgeLayout(func(e *engine) error {
		e.relax = []float64{e.relaxation(0)}
		if e.steady() && e.sc.Run.AutoWarmup {
			e.warmup = min(e.horizon, rounded(forgotten*e.relax[0]))
		}
		return nil
	})
}

func newJudge(ctx context.Context, sc *scenarios.Scenario, o Options) *engine {
	o.Backend = o.backend()
	e := newEngine(ctx, sc, Alone, o)
	e.short = true
	e.judgeStability()
	e.shorten()
	if !e.exact && sim.Plain(&sc.Layouts[0], sc.Classes, &sim.Options{Faults: sc.Faults}) {
		e.more()
	}
	if !e.exact && windowed(sc) {
		e.lookAt(windowLooks(e.sc.Run.Min, e.sc.Run.Max, sc.Run.Confidence))
	}
	return e
}

// windowed says that a target is to hold in every slice of a window, or by an hour of the day.
func windowed(sc *scenarios.Scenario) bool {
	return slices.ContainsFunc(sc.Classes, func(c workloads.Class) bool {
		return slices.ContainsFunc(c.SLO, func(o workloads.SLO) bool { return o.Slice > 0 || o.HasBy })
	})
}

// Enough is the fewest replications in which Judge can show that the layout of a scenario passes: two, without which nothing has a
// spread, or as many windows as show that a target holds in 95 of 100 of them.
func Enough(sc *scenarios.Scenario) int {
	if !windowed(sc) || deterministic(sc) {
		return 2
	}
	return enoughWindows(sc.Run.Confidence)
}

// enoughWindows is in how many windows, and no fewer, a target must hold without exception to be shown to hold in 95 of 100, by the
// interval of judgeWindows: its lower end is then the n-th root of half of what the confidence leaves.
func enoughWindows(confidence float64) int {
	return int(math.Ceil(math.Log((1-confidence)/2) / math.Log(heldWindows)))
}

// windowLooks are looks between a least and a most number of replications of which the second is the first at which a target of windows
// can pass; before it one can only fail. Where the most allows no second look of that kind, there is one.
func windowLooks(least, most int, confidence float64) []int {
	third, second := enoughWindows(confidenceAt(confidence, 1, 3)), enoughWindows(confidenceAt(confidence, 1, 2))
	switch {
	case least >= third:
		return looks(least, most)
	case most > third:
		return []int{least, third, most}
	case most >= second && least < most:
		return []int{least, most}
	}
	return []int{most}
}

// A plain pool is judged on more tasks than a run takes, as they cost little: on so many at the first look, and up to so
// many times the replications of the file.
const (
	plainTasks = 6_000_000
	plainFirst = 100 // replications at the first look, at most
	plainMore  = 2
)

func (e *engine) more() {
	least := e.sc.Run.Min
	if tasks := e.expected(); tasks > 0 {
		least = max(least, min(plainFirst, int(plainTasks/tasks)))
	}
	more := *e.sc
	more.Run.Min, more.Run.Max = least, max(least, plainMore*e.sc.Run.Max)
	e.sc = &more
	e.lookAt(looks(more.Run.Min, more.Run.Max))
}

// expected is the mean number of tasks of a replication.
func (e *engine) expected() float64 {
	rate := 0.0
	for c := range e.sc.Classes {
		if r := workloads.MeanRate(e.sc.Classes, c); r > 0 && !math.IsInf(r, 0) {
			rate += r
		}
	}
	return rate * e.horizon.Seconds()
}

// leastTasks is how many tasks a replication has at least in which a steady state is looked at.
const leastTasks = 60_000

// shorten makes a replication no longer than a steady state takes: what it is of does not depend on what the file says.
func (e *engine) shorten() {
	if !e.steady() || !e.sc.Run.AutoWarmup {
		return
	}
	rate := math.Inf(1)
	for c := range e.sc.Classes { // of the rarest class that is judged
		if r := workloads.MeanRate(e.sc.Classes, c); r > 0 && len(e.sc.Classes[c].SLO) > 0 {
			rate = min(rate, r)
		}
	}
	if long := max(spans*e.relaxation(0), leastTasks/rate); !math.IsInf(rate, 1) && long < e.horizon.Seconds() {
		short := *e.sc
		short.Run.Duration = rounded(long)
		e.sc, e.horizon = &short, short.Run.Duration
	}
}

func (e *engine) judgeLayout(settle func(*engine) error) (*Judged, error) {
	if trap := e.trap(); trap != "" || e.hopeless() {
		return &Judged{Verdict: fail, Strained: math.Inf(1), Target: SLO{Verdict: fail}, Trap: trap}, nil
	}
	if err := settle(e); err != nil {
		return nil, err
	}
	if _, err := e.replicate(); err != nil {
		return nil, err
	}
	s := e.strategy(0)
	j := &Judged{Verdict: state(&s), Likely: true, Strained: math.NaN(), Events: e.events, Replications: len(e.samples[0]), Batches: e.rounds, With: livesWith(&s), Exact: e.exact}
	if len(s.Breaches) > 0 {
		j.Verdict, j.Likely = fail, false
	}
	switch missed := misses(&s); {
	case len(missed) > 0:
		j.Why = describe(&missed[0])
	case j.Verdict == marginal:
		j.Why = e.whyMarginal(&s)
	}
	if s.Costs != nil {
		j.Cost = s.Costs.PerMonth
	}
	for c := range e.sc.Classes {
		if histogramOf(&e.pools[0].classes[c], response).Count() > 0 {
			j.Ends = append(j.Ends, Ends{e.sc.Classes[c].Name, len(e.sc.Classes[c].SLO) == 0, e.rows(0, c, response).stat(average).estimate()})
		}
		e.targets(c, func(t *workloads.SLO, target int) {
			one := e.judge(0, c, t, target)
			j.add(e.sc.Classes[c].Name, &one)
			j.Likely = j.Likely && !(!one.Metric.IsShare() && one.Value.Known() && e.model.close(one.Value.Value, one.Target))
		})
	}
	if j.Why == "" && !j.Likely && j.Strained > 1 {
		j.Why = describe(&miss{s.Name, j.Class, &j.Target, j.Strained})
	}
	return j, nil
}

// hopeless says that a queue grows without end, whose tasks have targets or not: nobody wants a layout that leaves work for ever.
func (e *engine) hopeless() bool { return len(e.withheld[0]) > 0 }

// trap is why a layout that may pass in a run is none to advise.
func (e *engine) trap() string {
	if e.leaky(0) {
		return "it loses slots for good: " + e.leaks(0)[0].often()
	}
	for _, s := range e.stalls(0) {
		return "it does not recover from a burst: " + fallsBehind(&s)
	}
	return ""
}

// add takes one target into account.
func (j *Judged) add(class string, t *judged) {
	j.Targets = append(j.Targets, ClassTarget{class, t.SLO})
	strained := math.Inf(1)
	switch {
	case t.Verdict == fail && !t.Value.Known():
	case t.Value.Known() && t.Target > 0:
		strained = t.Value.Value / t.Target
	case t.Value.Known() && t.Value.Value == 0 || t.Verdict == pass:
		strained = 0
	case t.Attained != nil && t.decides > 0 && t.decides < 1: // a target of 0 s: of those beyond it, how many may be
		strained = (1 - t.Attained.Value) / (1 - t.decides)
	}
	if t.Verdict == fail || t.Verdict == undecided && !t.likely() {
		j.Likely = false
	}
	if math.IsNaN(j.Strained) || strained > j.Strained {
		j.Strained, j.Class, j.Target = strained, class, t.SLO
	}
}

// likely says on which side of its target the decisive figure lies: shares of tasks that meet it are to be large.
func (t *judged) likely() bool {
	if t.Attained != nil && t.decisive.Value == t.Attained.Value {
		return t.decisive.Value >= t.decides
	}
	return t.decisive.Value <= t.decides
}
