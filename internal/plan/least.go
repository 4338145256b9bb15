package plan

import (
	"fmt"
	"math"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
)

// glances is the number of replications of a look at a candidate that decides nothing.
const glances = 4

// capacity is a layout on the way to its least capacity.
type capacity struct {
	*planner
	name   string
	draft  *scenarios.Draft
	knobs  []knob
	seen   map[string]*experiment.Judged // glances, by sizes
	proofs []proof
}

// proof is a size that was decided on tasks of its own.
type proof struct {
	strategy string
	x        []int
	slots    int
	judged   *experiment.Judged
}

// fit is a layout of its least capacity.
type fit struct {
	name    string
	x       []int
	layout  *strategies.Layout
	sc      *scenarios.Scenario
	judged  *experiment.Judged
	less    int    // slots of the largest neighbour with less
	lessIs  string // fail | undecided; "" where nothing can be less
	changes int
	workers int
	written bool   // in the file
	yaml    string // of its workers
}

func key(x []int) string { return fmt.Sprint(x) }

// scenario is the layout at a size.
func (c *capacity) scenario(x []int) (*scenarios.Scenario, error) {
	d, err := sized(c.draft, c.knobs, x)
	if err != nil {
		return nil, err
	}
	return d.Only(c.name)
}

// glance says whether a size is likely to pass. What cannot be read (too little memory for its processes) is not.
func (c *capacity) glance(x []int) (*experiment.Judged, error) {
	if j, known := c.seen[key(x)]; known {
		return j, nil
	}
	sc, err := c.scenario(x)
	j := &experiment.Judged{Verdict: "fail", Strained: math.Inf(1)}
	if err == nil && !c.spent() {
		if j, err = experiment.Glance(c.ctx, sc, glances, c.options()); err != nil {
			return nil, err
		}
		c.count(sc, j)
	}
	c.seen[key(x)] = j
	return j, nil
}

// prove decides a size on tasks that no glance has seen.
func (c *capacity) prove(x []int) (*experiment.Judged, error) {
	if i := slices.IndexFunc(c.proofs, func(p proof) bool { return slices.Equal(p.x, x) }); i >= 0 {
		return c.proofs[i].judged, nil
	}
	sc, err := c.scenario(x)
	if err != nil {
		return &experiment.Judged{Verdict: "fail", Strained: math.Inf(1)}, nil //nolint:nilerr // no such layout
	}
	if c.spent() {
		return &experiment.Judged{Verdict: "undecided"}, nil
	}
	sc.Seed ^= fresh
	j, err := experiment.Judge(c.ctx, sc, c.options())
	if err != nil {
		return nil, err
	}
	c.count(sc, j)
	c.proofs = append(c.proofs, proof{c.name, slices.Clone(x), sc.Layouts[0].Slots(), j})
	return j, nil
}

// least finds the least capacity; nil where none is found that passes.
func (c *capacity) least() (*fit, error) {
	x, err := c.reach()
	if x == nil || err != nil {
		return nil, err
	}
	for _, i := range c.bySize(x) {
		if err := c.shrink(x, i); err != nil {
			return nil, err
		}
	}
	return c.settle(x)
}

// reach finds sizes that are likely to pass: as the theory of one pool staffs them, or more.
func (c *capacity) reach() ([]int, error) {
	x := make([]int, len(c.knobs))
	sc, err := c.draft.Only(c.name)
	if err != nil {
		return nil, err
	}
	most := make([]int, len(c.knobs))
	for i, k := range c.knobs {
		x[i] = k.start
		if k.path[len(k.path)-1] == "concurrency" {
			x[i] = staffed(sc, workerOf(&sc.Layouts[0], k.worker))
		}
		x[i], most[i] = min(max(x[i], k.from), k.to), k.to
	}
	today := make([]int, len(c.knobs))
	for i, k := range c.knobs {
		today[i] = min(max(k.start, k.from), k.to)
	}
	for _, try := range [][]int{x, today} {
		if j, err := c.glance(try); err != nil || j.Likely {
			return slices.Clone(try), err
		}
	}
	for _, grown := range []float64{1.25, 1.5, 2, 3, 4, 8} {
		y := make([]int, len(x))
		for i := range x {
			y[i] = min(most[i], max(x[i]+1, int(math.Ceil(grown*float64(x[i])))))
		}
		if j, err := c.glance(y); err != nil || j.Likely {
			return y, err
		}
	}
	return nil, nil
}

// bySize are the knobs, the largest first.
func (c *capacity) bySize(x []int) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return x[b] - x[a] })
	return order
}

// shrink makes one size as small as is likely to pass beside the others: in doubling steps down from one that is, then by
// bisection.
func (c *capacity) shrink(x []int, i int) error {
	passes := func(n int) (bool, error) {
		y := slices.Clone(x)
		y[i] = n
		j, err := c.glance(y)
		if err != nil {
			return false, err
		}
		return j.Likely, nil
	}
	high, low := x[i], c.knobs[i].from-1
	for step := 1; high-step > low; step *= 2 {
		ok, err := passes(high - step)
		if err != nil {
			return err
		}
		if !ok {
			low = high - step
			break
		}
		high -= step
	}
	for high-low > 1 {
		mid := (high + low) / 2
		ok, err := passes(mid)
		if err != nil {
			return err
		}
		if ok {
			high = mid
		} else {
			low = mid
		}
	}
	x[i] = high
	return nil
}

// mostProofs is how many sizes of a layout are decided at most.
const mostProofs = 12

// settle goes up until a size is shown to pass, and then down as long as one with less is.
func (c *capacity) settle(x []int) (*fit, error) {
	j, err := c.prove(x)
	for n := 0; err == nil && j.Verdict != "pass"; n++ {
		if n == mostProofs || c.spent() {
			return nil, nil
		}
		x = c.more(x, j)
		j, err = c.prove(x)
	}
	if err != nil {
		return nil, err
	}
	lessIs := ""
	for i := 0; i < len(c.knobs); i++ {
		if x[i] <= c.knobs[i].from {
			continue
		}
		y := slices.Clone(x)
		y[i]--
		less, err := c.prove(y)
		if err != nil {
			return nil, err
		}
		switch {
		case less.Verdict == "pass" && len(c.proofs) < 2*mostProofs:
			x, j, lessIs = y, less, ""
			i = -1 // from the first again
		case less.Verdict == "fail":
			if lessIs == "" {
				lessIs = "fail"
			}
		default:
			lessIs = "undecided"
		}
	}
	return c.fit(x, j, lessIs)
}

// more is a size with one slot more for whom the target that is worst missed waits.
func (c *capacity) more(x []int, j *experiment.Judged) []int {
	y := slices.Clone(x)
	sc, err := c.scenario(x)
	if err != nil {
		return y
	}
	l := &sc.Layouts[0]
	grown := false
	for class := range sc.Classes {
		if sc.Classes[class].Name != j.Class {
			continue
		}
		for i, k := range c.knobs {
			if w := workerOf(l, k.worker); !grown && slices.Contains(l.Workers[w].Queues, l.ClassQueue[class]) && y[i] < k.to {
				y[i], grown = y[i]+1, true
			}
		}
	}
	for i, k := range c.knobs {
		if !grown && y[i] < k.to {
			y[i], grown = y[i]+1, true
		}
	}
	return y
}

func (c *capacity) fit(x []int, j *experiment.Judged, lessIs string) (*fit, error) {
	sc, err := c.scenario(x)
	if err != nil {
		return nil, err
	}
	l := &sc.Layouts[0]
	f := &fit{name: c.name, x: x, layout: l, sc: sc, judged: j, lessIs: lessIs}
	f.changes, f.workers = strategies.Simplicity(c.today, l, sc.Classes)
	for i := range x {
		if x[i] > c.knobs[i].from {
			y := slices.Clone(x)
			y[i]--
			if less, err := c.scenario(y); err == nil {
				f.less = max(f.less, less.Layouts[0].Slots())
			}
		}
	}
	d, err := sized(c.draft, c.knobs, x)
	if err != nil {
		return nil, err
	}
	f.yaml = d.Get("strategies", c.name)
	return f, nil
}
