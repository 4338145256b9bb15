package main

import (
	"fmt"
	"math"
	"time"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// phases of an experiment in their order, and which part of the time each is thought to take. How many runs a phase
// will need turns out while it lasts: within it, the guess comes ever closer to its end and never reaches it.
var phases = []struct {
	name  string
	share float64
	runs  float64 // for each layout, after which two thirds of it are over
}{{"warm-up", 0.05, 10}, {"replications", 0.35, 20}, {"windows", 0.05, 20}, {"headroom", 0.55, 100}}

// swept is the part of the time that a sweep takes, where there is one: each of its cells is an experiment, with less.
const swept = 0.8

// steps are those of a plan, which are counted, and which part of the time each is thought to take.
var steps = []struct {
	name  string
	share float64
}{{"layouts", 0.5}, {"search", 0.5}}

// course is how far a run over one or several scenarios is.
type course struct {
	began      time.Time
	scenarios  int
	over       int // scenarios that are finished
	layouts    int // of the present one
	sweeps     bool
	phase      string
	seen, last int // runs of the phase, and as it was last told
	done       float64
}

// at takes what an experiment says and returns the part of the whole that is done; it never goes back.
func (c *course) at(now experiment.Progress) float64 {
	if now.Phase != c.phase {
		c.phase, c.seen, c.last = now.Phase, 0, 0
	}
	if now.Done < c.last { // the phase goes on with further runs
		c.last = 0
	}
	c.seen += now.Done - c.last
	c.last = now.Done
	c.done = max(c.done, (float64(c.over)+c.part(now))/float64(max(1, c.scenarios)))
	return c.done
}

// part is how much of the present scenario is done.
func (c *course) part(now experiment.Progress) float64 {
	alone := 1.0
	if c.sweeps {
		alone = 1 - swept
	}
	counted := float64(now.Done) / float64(max(1, now.Total))
	before := 0.0
	for _, p := range phases {
		if p.name == now.Phase {
			return alone * (before + p.share*(1-math.Exp(-float64(c.seen)/(p.runs*float64(max(1, c.layouts))))))
		}
		before += p.share
	}
	before = 0
	for _, s := range steps {
		if s.name == now.Phase {
			return before + s.share*counted
		}
		before += s.share
	}
	if now.Phase == "sweep" {
		return alone + swept*counted
	}
	return counted // the only phase there is
}

// words says how far a run is.
func (c *course) words(now experiment.Progress) string {
	s := fmt.Sprintf("%s, %.0f %%", now.Phase, 100*c.at(now))
	if left := c.left(time.Now()); left > 0 {
		s += fmt.Sprintf(", about %s left", units.Duration(math.Ceil(left.Seconds())))
	}
	return s
}

// left guesses the time that is left; 0 while too little is known.
func (c *course) left(now time.Time) time.Duration {
	spent := now.Sub(c.began)
	if spent < time.Second || c.done < 0.05 {
		return 0
	}
	return time.Duration(float64(spent) * (1 - c.done) / c.done)
}
