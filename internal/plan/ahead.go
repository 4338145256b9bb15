package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// aside does jobs that are sure to come side by side on copies of the planner, where more than one core computes: while one of
// them decides, the others simulate. What they find counts for nothing, so a plan is the same wherever it is computed; but it is
// there when it counts.
func (p *planner) aside(what string, n int, job func(q *planner, i int) error) error {
	width := p.opts.Backend.Width()
	if width < 2 || n < 2 && !p.opts.Ahead {
		return nil
	}
	var all sync.WaitGroup
	var told sync.Mutex
	finished := 0
	next := make(chan int)
	for range min(n, width) {
		all.Go(func() {
			for i := range next {
				q := *p
				q.proofs, q.notes, q.opts.Progress, q.sure = nil, nil, nil, !p.opts.Ahead
				_ = job(&q, i) // whatever it is, it comes again when it counts
				told.Lock()
				finished++
				p.told(what, finished, n)
				told.Unlock()
			}
		})
	}
	p.told(what, 0, n)
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	return p.ctx.Err()
}

// ahead does jobs that may come, where machines have room for that: what they ask for is asked for together.
func (p *planner) ahead(n int, job func(q *planner, i int) error) error {
	if !p.opts.Ahead {
		return nil
	}
	return p.aside("", n, job)
}

// asideOf are the layouts of the file and, ahead, those that are made of today's: each goes as far as it can by itself.
func (p *planner) asideOf(draft *scenarios.Draft) error {
	var ideas []idea
	if p.opts.Ahead && !p.opts.NoSearch && p.bounds.Vary == nil {
		ideas = p.ideas(draft, p.today)
	}
	layouts := len(p.sc.Layouts)
	return p.aside("layouts", layouts+len(ideas), func(q *planner, i int) error {
		if i >= layouts {
			q.limit = q.opts.Events / int64(len(ideas))
			_, _, err := q.rough(&ideas[i-layouts], nil)
			return err
		}
		if q.leftOut(draft, i) != "" {
			return nil
		}
		q.limit = q.share() / int64(layouts)
		_, _, err := q.leastOf(draft, q.sc.Layouts[i].Name)
		return err
	})
}

// on is the same layout as another planner has it.
func (c *capacity) on(q *planner) *capacity {
	copied := *c
	copied.planner, copied.seen, copied.proofs = q, maps.Clone(c.seen), slices.Clone(c.proofs)
	return &copied
}

// glanceAhead looks at several sizes at once.
func (c *capacity) glanceAhead(sizes [][]int) error {
	return c.ahead(len(sizes), func(q *planner, i int) error {
		_, err := c.on(q).glance(sizes[i])
		return err
	})
}

// proveAhead has a size proved, and those with one more or less.
func (c *capacity) proveAhead(x []int) error {
	sizes := [][]int{x}
	for i, k := range c.knobs {
		for _, n := range []int{x[i] - 1} {
			if n >= k.from && n <= k.to {
				y := slices.Clone(x)
				y[i] = n
				sizes = append(sizes, y)
			}
		}
	}
	return c.ahead(len(sizes), func(q *planner, i int) error {
		_, err := c.on(q).prove(sizes[i])
		return err
	})
}

// halved are the values between two that so many steps of bisection may come to.
func halved(low, high, steps int) (all []int) {
	if steps == 0 || high-low < 2 {
		return nil
	}
	mid := (high + low) / 2
	return append(append(halved(low, mid, steps-1), mid), halved(mid, high, steps-1)...)
}

// stepsAhead is how many steps of a bisection are asked for at once.
const stepsAhead = 3

// shrinkAhead looks at the values that a knob may be tried at next, between two: those below high in doubling steps, or those
// of a bisection.
func (c *capacity) shrinkAhead(x []int, i, low, high int, bisect bool) error {
	var values []int
	if bisect {
		values = halved(low, high, stepsAhead)
	} else {
		for n, step := high-1, 1; n > low; n -= step {
			values = append(values, n)
			step *= 2
		}
	}
	var sizes [][]int
	for _, n := range values {
		y := slices.Clone(x)
		y[i] = n
		sizes = append(sizes, y)
	}
	return c.glanceAhead(sizes)
}

// judgements are those that were made, here or on a copy, and the scenarios that they are of.
type judgements struct {
	mu sync.Mutex
	by map[string]*experiment.Judged
	of map[draftOf]*scenarios.Scenario
}

func newJudgements() *judgements {
	return &judgements{by: map[string]*experiment.Judged{}, of: map[draftOf]*scenarios.Scenario{}}
}

// draftOf is a layout of a draft at a size.
type draftOf struct {
	draft       *scenarios.Draft
	name, sizes string
	fresh       bool // on tasks that no glance has seen
}

// made is a scenario that is read once, which nobody may change.
func (j *judgements) made(of draftOf, read func() (*scenarios.Scenario, error)) (*scenarios.Scenario, error) {
	j.mu.Lock()
	sc := j.of[of]
	j.mu.Unlock()
	if sc != nil {
		return sc, nil
	}
	sc, err := read()
	if err == nil {
		j.mu.Lock()
		j.of[of] = sc
		j.mu.Unlock()
	}
	return sc, err
}

// judge has a scenario judged, if nobody has yet, and counts what that takes. What is missing of a judgement belongs to a
// round of the plan.
func (p *planner) judge(how string, sc *scenarios.Scenario, judge func() (*experiment.Judged, error)) (*experiment.Judged, error) {
	key := fmt.Sprint(how, sc.Run.Min, " ", sc.Run.Max, " ", sc.Expanded)
	p.judged.mu.Lock()
	j := p.judged.by[key]
	p.judged.mu.Unlock()
	if j == nil {
		var err error
		j, err = judge()
		if m, ok := errors.AsType[*experiment.Missing](err); ok {
			return nil, &experiment.Missing{Round: p.batches + m.Round, Cells: m.Cells}
		}
		if err != nil {
			return nil, err
		}
		p.judged.mu.Lock()
		p.judged.by[key] = j
		p.judged.mu.Unlock()
	}
	p.count(sc, j)
	return j, nil
}
