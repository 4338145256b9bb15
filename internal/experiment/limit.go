package experiment

import (
	"math"
	"slices"

	"example.com/simrun/stats"
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
	ends      []point // of the bracket; beside the only one what is behind it
	points    []point // in it
	narrow    bool    // the present probe is one of them
	grown     *point  // the one that the present probe gives more replications, last of all; nil = none yet
	over      bool
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

// bare is a point without what was seen there.
func (p point) bare() point {
	p.seen = nil
	return p
}

// take takes in the last probe.
func (s *search) take(x excess, seen *probed) {
	p := point{s.at, x, seen}
	s.tried, s.least = max(s.tried, s.at), min(s.least, s.at)
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
				s.ends = append(s.ends, p.bare())
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

// refine chooses the next point in the narrow bracket, or the one that gets more replications.
func (s *search) refine(e *engine) {
	if s.grown == nil {
		x := s.limit(s.points)
		if len(s.points) < headroomPoints && (x == nil || away(x.at.Value, x.from.at) > headroomNear) && s.between() {
			return
		}
		if x != nil {
			s.grown = x.from
		}
	}
	if s.over = s.grown == nil || s.grows(e) == len(s.grown.seen.samples); !s.over {
		s.at = s.grown.at
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
		return s.grows(e)
	case s.narrow:
		return e.runsOf(s.layout, headroomLook, leastLook)
	}
	return e.runsOf(s.layout, headroomProbe, leastRuns)
}

// runsOf is how many replications have so many tasks together, as a day says more than an hour. It is no more than a run may take.
func (e *engine) runsOf(layout int, tasks float64, least int) int {
	return min(e.sc.Run.Max, max(least, int(math.Ceil(min(tasks/e.tasks(layout), float64(e.sc.Run.Max))))))
}

// grows is the number of replications that a point gets for the interval to become as narrow as is wanted.
func (s *search) grows(e *engine) int {
	has := len(s.grown.seen.samples)
	x := s.limit(s.points)
	if x == nil {
		return has
	}
	ratio := x.at.Half() / (headroomHalf * x.at.Value)
	wanted := ratio * ratio * float64(has)
	return max(has, int(math.Ceil(min(wanted, headroomTasks/(s.at*e.tasks(s.layout)), float64(e.sc.Run.Max)))))
}

// before is what was seen of the present probe already.
func (s *search) before() *probed {
	if s.grown == nil {
		return nil
	}
	return s.grown.seen
}

// crossing is where a target begins to be missed.
type crossing struct {
	at   stats.Interval // those loads at which the interval of the excess holds 0
	from *point         // that it is reckoned from
}

// limit is the least load at which a target begins to be missed, as seen from the points; nil where they do not say.
func (s *search) limit(points []point) (least *crossing) {
	for i := range points {
		for j := range points[i].missed {
			if x := s.crossing(points[i].missed[j].target, points); x != nil && (least == nil || x.at.Value < least.at.Value) {
				least = x
			}
		}
	}
	return least
}

// crossing is where the mean excess over a target is 0, reckoned by the slope there from the nearest of the points, in a narrow
// bracket from that with the most replications.
//
// What is missed of a target, against what may be, grows about exponentially with the load: exactly so for the tail of the waits
// of M/M/c, P(W > t) = C exp(-c mu (1 - rho) t) but for C. So the line is one through its logarithms.
func (s *search) crossing(target *workloads.SLO, points []point) *crossing {
	var nearest *point
	var m *missed
	for i := range points {
		p := &points[i]
		n := p.of(target)
		if n == nil || len(n.rows) < 2 {
			continue
		}
		nearer := m == nil || math.Abs(mean(n.rows)) < math.Abs(mean(m.rows))
		if m != nil && s.narrow && len(n.rows) != len(m.rows) {
			nearer = len(n.rows) > len(m.rows)
		}
		if nearer {
			nearest, m = p, n
		}
	}
	if m == nil {
		return nil
	}
	slope := s.slope(target, len(m.rows))
	at := func(excess float64) float64 { return nearest.at - logMissed(excess/m.allowed)/slope }
	excess := nearest.level.Mean(m.rows)
	iv := stats.Interval{Value: at(excess.Value), Low: at(excess.High), High: at(excess.Low)}
	if !(slope > 0 && iv.Value > 0) || iv.Value > s.wall || s.narrow && !(iv.Low > 0 && iv.High >= iv.Low) {
		return nil
	}
	iv.High = min(iv.High, s.wall)
	return &crossing{iv, nearest}
}

// logMissed is the logarithm of 1 + x. Where hardly anything is missed, x near -1, it goes on as its tangent: few tasks decide
// there whether it is -1 itself.
func logMissed(x float64) float64 {
	if x < few {
		return math.Log1p(few) + (x-few)/(1+few)
	}
	return math.Log1p(x)
}

const few = -0.9

// slope is by how much the logarithm of what is missed of a target grows with the load: the slope of a line through all points and
// the ends of the bracket, on the tasks that all of them have, n replications at most. To begin with, the other end is where
// all tasks miss. NaN where they do not say.
func (s *search) slope(target *workloads.SLO, n int) float64 {
	var at []float64
	var like []*missed
	for _, of := range [][]point{s.ends, s.points} {
		for i := range of {
			if m := of[i].of(target); m != nil && len(m.rows) > 1 {
				n, at, like = min(n, len(m.rows)), append(at, of[i].at), append(like, m)
			}
		}
	}
	logs := make([]float64, len(like))
	for i, m := range like {
		logs[i] = logMissed(mean(m.rows[:n]) / m.allowed)
	}
	if len(like) == 1 && !s.narrow && like[0].allowed < 1 {
		at, logs = append(at, s.brim), append(logs, -math.Log(like[0].allowed))
	}
	return stats.Slope(at, logs)
}

// headroom is what was found. Where excesses say nothing, as loads beyond it are not steady, the interval is the bracket.
func (s *search) headroom(e *engine) Headroom {
	h := Headroom{Factor: s.low.at, Tried: s.tried, AtLimit: s.high.at == 0}
	if s.low.at == 0 || h.AtLimit || e.exact {
		return h
	}
	h.Low, h.High = new(min(s.low.at, s.high.at)), new(max(s.low.at, s.high.at))
	h.Factor = *h.Low // what passes and what fails may take turns
	if x := s.limit(s.points); x != nil && x.at.Value >= headroomFloor && x.at.Value <= s.tried*(1+headroomNear) {
		h.Factor, h.Low, h.High = x.at.Value, &x.at.Low, &x.at.High
	}
	return h
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
