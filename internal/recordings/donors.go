package recordings

import (
	"cmp"
	"math"
	"slices"

	"example.com/simrun/internal/logs"
)

// donors say what becomes of the tasks whose fate the log does not show: that of another task of their class.
type donors struct {
	of   map[*logs.Task]*logs.Task // what such a task is taken for
	hung map[*logs.Task]bool       // started, and never ended
	ran  map[*logs.Task]float64    // cut off by the end of the log after longer than any other took, s
}

// golden is the step of a sequence that is spread evenly however far it goes: of every few draws, some are small and some
// large, without a random number (Weyl 1916).
const golden = 0.6180339887498949

// findDonors draws for each task that never started one that did, and for each that was cut off by the end of the log one
// that ran longer than it had by then. A task that ran for more than twice as long as any that ended is taken to hang.
func (c *ImportedClass) findDonors(l *logs.Log) {
	c.donors = donors{of: map[*logs.Task]*logs.Task{}, hung: map[*logs.Task]bool{}, ran: map[*logs.Task]float64{}}
	longest := c.longest(l)
	var known, cut, unstarted []*logs.Task
	for _, t := range c.tasks {
		n := len(t.Attempts)
		switch {
		case n == 0, l.Lossy && c.overlong(t, l, longest): // its end was lost
			unstarted = append(unstarted, t)
		case c.overlong(t, l, longest):
			c.donors.hung[t] = true
			c.Attempts, c.Hung = c.Attempts+1, c.Hung+1
			known = append(known, t)
		case t.Outcome == "unfinished" || math.IsNaN(t.Attempts[n-1].Runtime) && t.Outcome != "timeout" && t.Outcome != "lost":
			cut = append(cut, t)
		default:
			known = append(known, t)
		}
	}
	slices.SortStableFunc(known, func(a, b *logs.Task) int { return cmp.Compare(c.demandOf(a).Total(), c.demandOf(b).Total()) })
	draws := 0
	draw := func(from []*logs.Task) *logs.Task {
		draws++
		_, part := math.Modf(float64(draws) * golden)
		return from[int(part*float64(len(from)))]
	}
	for _, t := range unstarted {
		if len(known) > 0 {
			c.donors.of[t] = draw(known)
		}
	}
	for _, t := range cut {
		ran := l.Span - t.Attempts[len(t.Attempts)-1].Started
		switch longer := slices.IndexFunc(known, func(k *logs.Task) bool { return c.demandOf(k).Total() > ran }); {
		case t.Outcome != "unfinished":
		case longer >= 0:
			c.donors.of[t] = draw(known[longer:])
		default:
			c.donors.ran[t] = ran
		}
	}
}

// overlong says whether a task that started runs for more than twice as long as any that ended.
func (c *ImportedClass) overlong(t *logs.Task, l *logs.Log, longest float64) bool {
	return t.Outcome == "unfinished" && l.Span-t.Attempts[len(t.Attempts)-1].Started > 2*longest
}

// longest is how long an attempt took that ended: of the class, or where none of its did, of any.
func (c *ImportedClass) longest(l *logs.Log) (most float64) {
	look := func(t *logs.Task) {
		for _, a := range t.Attempts {
			if !math.IsNaN(a.Runtime) && t.Outcome != "timeout" {
				most = max(most, a.Runtime)
			}
		}
	}
	for _, t := range c.tasks {
		look(t)
	}
	for i := range l.Tasks {
		if len(c.Runs) == 0 {
			look(&l.Tasks[i])
		}
	}
	return most
}
