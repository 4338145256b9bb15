package experiment

import (
	"math"
	"slices"

	"example.com/simrun/workloads"
)

// search looks for the factor of an input at which the mean excess is 0: along a line through what is known, or by doubling,
// halving and bisection where that says nothing or errs, until it is bracketed narrowly; then by interpolation between points with
// more replications, the nearest of which is given as many as the interval takes.
type search struct {
	layout    int
	input     Input
	at        float64 // probed last
	low, high point   // passes at low, fails at high; at 0 = not found yet
	tried     float64
	least     float64 // that was tried
	wall      float64 // the least load at which it surely fails
	brim      float64 // the load at which a queue has all the work that its workers can do
	passed    bool    // the last probe
	stray     bool    // it moved the same end of the bracket as the one before
	behind    point   // where that end was before
	known     []point // all that was tried, the last word on each load
	ends      []point // of the bracket; beside the only one what is behind it
	points    []point // in it
	narrow    bool    // the present probe is one of them
	grown     *point  // the point that the present probe gives more replications, or nil,
	wanted    int     // so many then
	fed       bool    // the nearest point has as many as it gets
	over      bool
	leaks     bool    // of the layout: there is nothing to look for
	probed    *probed // of the present probe; nil where it was not simulated
}

// probed is what was seen of a layout in one probe.
type probed struct {
	samples []sample
	pool    *pool // where the input is the load
}

// point is a load that was tried.
type point struct {
	at float64
	excess
	seen *probed // nil = not simulated
}

// take takes in the last probe.
func (s *search) take(x excess, seen *probed) {
	p := point{s.at, x, seen}
	s.tried, s.least = max(s.tried, s.at), min(s.least, s.at)
	if i := slices.IndexFunc(s.known, func(k point) bool { return k.at == s.at }); i >= 0 {
		s.known[i].excess = x
	} else {
		s.known = append(s.known, point{s.at, x, nil})
	}
	if x.sure {
		s.wall = min(s.wall, s.at)
	}
	switch {
	case s.grown != nil:
		*s.grown = p
	case s.narrow:
		s.points = append(s.points, p)
	}
	s.stray = x.passes == s.passed && !s.stray
	s.passed = x.passes
	end := &s.high
	if x.passes {
		end = &s.low
	}
	s.behind, *end = *end, p
}

// next chooses the next load to try; false when the search is over.
func (s *search) next(e *engine) bool {
	bracketed := s.low.at > 0 && s.high.at > 0
	switch {
	case s.over:
	case s.high.at == 0 && s.low.at >= headroomLimit, s.low.at == 0 && s.high.at <= headroomFloor:
		s.over = true
	case s.narrow:
		s.refine(e)
	default:
		known := []point{s.low, s.high}
		if !bracketed {
			known = append(known, s.behind)
		}
		s.ends = nil
		for _, p := range known {
			if p.at > 0 {
				s.ends = append(s.ends, p)
			}
		}
		if s.narrow = bracketed && s.high.at <= headroomBracket*s.low.at; s.narrow {
			s.refine(e)
		} else {
			s.at = s.step(bracketed)
		}
	}
	return !s.over
}

// step is where the line through what is known meets the target, but so far from the ends that the bracket may become narrow.
// Where the line says nothing, or seems to err, it is the middle, or twice or half of what was tried.
func (s *search) step(bracketed bool) float64 {
	from, to := s.low.at*headroomStep, s.high.at/headroomStep
	middle := math.Sqrt(s.low.at * s.high.at)
	switch {
	case s.high.at == 0:
		to = min(headroomLimit, 2*s.low.at)
		middle = to
	case s.low.at == 0:
		from = max(headroomFloor, s.high.at/2)
		middle = from
	}
	x := s.limit(s.ends)
	if x == nil || from > to || s.stray && bracketed {
		return middle
	}
	return min(max(x.at.Value, from), to)
}

// refine chooses the next point in the narrow bracket, and after the last of them the one that gets more replications: the nearest
// to the limit, and then the lever of its line, where it is the slope that leaves the limit open.
func (s *search) refine(e *engine) {
	s.grown = nil
	x := s.limit(s.points)
	if !s.fed && len(s.points) < headroomPoints && (x == nil || away(x.at.Value, x.from.at) > headroomNear) && s.between() {
		return
	}
	if x != nil && !s.fed {
		s.fed = true
		if s.feed(x.from, s.grows(e, x)); s.grown != nil {
			return
		}
	}
	if x != nil && x.lever != nil && x.slack > headroomSlack {
		if s.feed(x.lever, len(x.from.seen.samples)); s.grown != nil {
			return
		}
	}
	s.over = x == nil || !s.beyond(x)
}

// beyond goes to where a target surely ends to be met, or begins to be, where the line does not say; false where it has been there.
func (s *search) beyond(x *crossing) bool {
	for side, at := range [2]float64{x.at.Value / headroomBracket, x.at.Value * headroomBracket} {
		if x.open[side] && !slices.ContainsFunc(s.points, func(p point) bool { return away(at, p.at) < (headroomBracket-1)/2 }) {
			s.at = at
			return true
		}
	}
	return false
}

// feed gives a point so many replications, unless it has them.
func (s *search) feed(p *point, wanted int) {
	if wanted > len(p.seen.samples) {
		s.grown, s.wanted, s.at = p, wanted, p.at
	}
}

// away is the relative distance of a load from another one.
func away(x, from float64) float64 { return math.Abs(x/from - 1) }

// between goes to where a target seems to begin to be missed, or to the middle of the bracket; false where it has been there.
func (s *search) between() bool {
	middle := math.Sqrt(s.low.at * s.high.at)
	at := middle
	x := s.limit(s.points)
	if x == nil {
		x = s.limit(s.ends)
	}
	if x != nil { // few replications may have misjudged the bracket, but nothing is known far from it
		at = min(max(x.at.Value, min(s.low.at, s.high.at)/headroomBracket), max(s.low.at, s.high.at)*headroomBracket)
	}
	for _, s.at = range []float64{at, middle} {
		if !slices.ContainsFunc(s.points, func(p point) bool { return away(s.at, p.at) < headroomApart }) {
			return true
		}
	}
	return false
}

// The least replications of a probe, however many tasks each has: of one while the limit is being bracketed, and of one whose
// spread gives the interval.
const (
	leastRuns = 2
	leastLook = 4
)

// runs is the number of replications of the present probe.
func (s *search) runs(e *engine) int {
	switch {
	case e.exact:
		return 1
	case s.grown != nil:
		return s.wanted
	case s.narrow:
		return e.runsOf(s.layout, headroomLook, leastLook)
	}
	return e.runsOf(s.layout, headroomProbe, leastRuns)
}

// runsOf is how many replications have so many tasks together, as a day says more than an hour. It is no more than a run may take.
func (e *engine) runsOf(layout int, tasks float64, least int) int {
	return min(e.sc.Run.Max, max(least, int(math.Ceil(min(tasks/e.tasks(layout), float64(e.sc.Run.Max))))))
}

// grows is the number of replications that the point of a crossing gets for the interval to become as narrow as is wanted.
func (s *search) grows(e *engine, x *crossing) int {
	ratio := x.level / (headroomHalf * x.at.Value)
	wanted := ratio * ratio * float64(len(x.from.seen.samples))
	return int(math.Ceil(min(wanted, headroomTasks/(x.from.at*e.tasks(s.layout)), float64(e.sc.Run.Max))))
}

// before is what was seen of the present probe already.
func (s *search) before() *probed {
	if s.grown == nil {
		return nil
	}
	return s.grown.seen
}

// headroom is what was found. Where excesses say nothing, as loads beyond it are not steady, the interval is between those loads of
// which it is sure.
func (s *search) headroom(e *engine) Headroom {
	if s.leaks {
		return Headroom{Tried: 1, Leaks: true}
	}
	h := Headroom{Factor: s.low.at, Tried: s.tried, AtLimit: s.high.at == 0}
	if s.low.at == 0 || h.AtLimit || e.exact {
		return h
	}
	h.Factor = min(s.low.at, s.high.at) // what passes and what fails may take turns
	low, high := s.bounds(nil)
	h.Low, h.High = new(min(low, h.Factor)), new(max(high, s.low.at, h.Factor))
	if x := s.limit(s.points); x != nil && x.at.Value >= headroomFloor && x.at.Value <= s.tried*(1+headroomNear) {
		h.Factor, h.Low, h.High = x.at.Value, &x.at.Low, &x.at.High
	}
	return h
}

// bounds are the loads that were tried between which a target begins to be missed: up to the one it is met for certain, from the
// other one on it is missed. Without a target, all of them are met, and one is missed.
func (s *search) bounds(target *workloads.SLO) (low, high float64) {
	high = min(headroomLimit, s.wall)
	for _, p := range s.known {
		if p.at < high && p.surely(target) == fail {
			high = p.at
		}
	}
	low = headroomFloor
	for _, p := range s.known {
		if p.at > low && p.at < high && p.surely(target) == pass {
			low = p.at
		}
	}
	return low, high
}
