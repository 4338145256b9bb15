package plan

import (
	"errors"
	"math"
	"slices"
	"strconv"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// glances is the number of replications of a look at a candidate that decides nothing, at most.
const glances = 4

// proof is a size that was decided on tasks of its own.
type proof struct {
	strategy string
	x        []int
	slots    int
	sizes    []string
	machines []Machines
	judged   *experiment.Judged
	bound    bool // it is open for want of events
}

// scenario is the layout at a size.
func (c *capacity) scenario(x []int) (*scenarios.Scenario, error) {
	return c.judged.made(draftOf{c.draft, c.name, key(x), false}, func() (*scenarios.Scenario, error) {
		d, err := sized(c.draft, c.knobs, x)
		if err != nil {
			return nil, err
		}
		return d.Only(c.name)
	})
}

// fresh is the layout at a size, on tasks that no glance has seen.
func (c *capacity) fresh(x []int) (*scenarios.Scenario, error) {
	return c.judged.made(draftOf{c.draft, c.name, key(x), true}, func() (*scenarios.Scenario, error) {
		d, err := sized(c.draft, c.knobs, x)
		if err != nil {
			return nil, err
		}
		seed := (c.sc.Seed ^ otherSeed) &^ scenarios.MostSeed // a bit that no other seed has
		if d, err = d.Set(strconv.FormatUint(seed, 10), "seed"); err != nil {
			return nil, err
		}
		return d.Only(c.name)
	})
}

// glance says whether a size is likely to pass. What cannot be read (too little memory for its processes) is not.
func (c *capacity) glance(x []int) (*experiment.Judged, error) {
	if j, known := c.seen[key(x)]; known {
		return j, nil
	}
	sc, err := c.scenario(x)
	j := &experiment.Judged{Verdict: "fail", Strained: math.Inf(1)}
	c.short = c.short || err == nil && c.spent()
	if err == nil && !c.spent() {
		j, err = c.judge("glance", sc, func() (*experiment.Judged, error) { return experiment.Glance(c.ctx, sc, glances, c.options()) })
		if err != nil {
			return nil, err
		}
		c.looked = true
	}
	c.seen[key(x)] = j
	return j, nil
}

// prove decides a size on tasks that no glance has seen.
func (c *capacity) prove(x []int) (*experiment.Judged, error) {
	if i := c.proofOf(x); i >= 0 {
		return c.proofs[i].judged, nil
	}
	sc, err := c.fresh(x)
	if err != nil {
		return &experiment.Judged{Verdict: "fail", Strained: math.Inf(1)}, nil //nolint:nilerr // no such layout
	}
	most := max(sc.Run.Max, experiment.Enough(sc))
	sc, enough := c.afford(sc)
	if c.sure && sc.Run.Max != most {
		return nil, errBound
	}
	if c.spent() || !enough {
		c.short = true
		return &experiment.Judged{Verdict: "undecided"}, nil
	}
	j, err := c.judge("proof", sc, func() (*experiment.Judged, error) { return experiment.Judge(c.ctx, sc, c.options()) })
	if err != nil {
		return nil, err
	}
	bound := j.Verdict == "undecided" && sc.Run.Max < most && j.Replications == sc.Run.Max // more may have decided it
	c.short = c.short || bound
	c.proofs = append(c.proofs, proof{c.name, slices.Clone(x), sc.Layouts[0].Slots(), c.sizes(x), c.machines(x), j, bound})
	return j, nil
}

// errBound ends a copy of the planner before a proof that what is left of the budget bounds: how much that is, is not sure yet.
var errBound = errors.New("bound by what others take")

// proofShare is the part of what is left of the budget that one proof may take.
const proofShare = 3

// each is what a replication of the layout takes in events, at most, as glances tell.
func (c *capacity) each() int64 {
	most := int64(1)
	for _, j := range c.seen {
		most = max(most, j.Events/int64(max(1, j.Replications)))
	}
	return most
}

// afford bounds the replications of a proof by what is left of the budget, of which it may take a part, or as much as a pass takes to
// be shown; false where there is not even that.
func (c *capacity) afford(made *scenarios.Scenario) (*scenarios.Scenario, bool) {
	sc := *made
	enough, left := experiment.Enough(&sc), int((c.limit-c.events)/c.each())
	n := max(left/proofShare, min(left, enough))
	sc.Run.Min = min(sc.Run.Min, n)
	sc.Run.Max = max(sc.Run.Min, min(max(sc.Run.Max, enough), n))
	return &sc, n >= enough
}
