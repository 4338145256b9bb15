package experiment

import (
	"math"

	"example.com/simrun/stats"
)

// search looks for the factor of an input at which the mean excess is 0: by doubling and halving until it is bracketed, by
// bisection until the bracket is narrow, then by interpolation between points with more replications, the nearest of which
// is given as many as the interval takes.
type search struct {
	layout    int
	input     Input
	at        float64 // probed last
	low, high point   // passes at low, fails at high; at 0 = not found yet
	tried     float64
	least     float64 // that was tried
	ends      []point // of the narrow bracket
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

// log is the logarithm of what is missed there of the target that decides, against what may be, in the first n replications.
func (p *point) log(n int) float64 { return math.Log1p(mean(p.rows[:n]) / p.allowed) }

// take takes in the last probe.
func (s *search) take(x excess, seen *probed) {
	p := point{s.at, x, seen}
	s.tried, s.least = max(s.tried, s.at), min(s.least, s.at)
	switch {
	case s.grown != nil:
		*s.grown = p
	case s.narrow:
		s.points = append(s.points, p)
	}
	if x.passes {
		s.low = p
	} else {
		s.high = p
	}
}

// next chooses the next load to try; false when the search is over.
func (s *search) next(e *engine) bool {
	switch {
	case s.over:
	case s.high.at == 0:
		s.over = s.low.at >= headroomLimit
		s.at = min(headroomLimit, 2*s.low.at)
	case s.low.at == 0:
		s.over = s.high.at <= headroomFloor
		s.at = s.high.at / 2
	case !s.narrow && s.high.at > headroomBracket*s.low.at:
		s.at = math.Sqrt(s.low.at * s.high.at)
	default:
		if !s.narrow {
			s.narrow, s.ends = true, []point{s.low.bare(), s.high.bare()}
		}
		s.refine(e)
	}
	return !s.over
}

// refine chooses the next point in the narrow bracket, or the one that gets more replications.
func (s *search) refine(e *engine) {
	if s.grown == nil {
		iv, nearest := s.limit()
		if len(s.points) < headroomPoints && (nearest == nil || away(iv.Value, nearest.at) > headroomNear) {
			s.at = s.between()
			return
		}
		s.grown = nearest
	}
	if s.over = s.grown == nil || s.grows(e) == len(s.grown.rows); !s.over {
		s.at = s.grown.at
	}
}

// away is the relative distance of a load from another one.
func away(x, from float64) float64 { return math.Abs(x/from - 1) }

// between is where the excess seems to have its root, kept near the bracket and apart from the points that are there.
func (s *search) between() float64 {
	at := math.Sqrt(s.low.at * s.high.at)
	if root, ok := s.root(); ok && root > s.low.at/headroomBracket && root < s.high.at*headroomBracket {
		at = root
	}
	for i := range s.points {
		if p := s.points[i].at; away(at, p) < headroomApart {
			if at >= p {
				return p * (1 + headroomApart)
			}
			return p / (1 + headroomApart)
		}
	}
	return at
}

// root is where the excess has its root by the points, or by the ends of the bracket as long as there are none.
func (s *search) root() (float64, bool) {
	known := &s.ends[0]
	if iv, nearest := s.limit(); nearest != nil {
		return iv.Value, true
	}
	if len(s.ends[1].rows) > len(known.rows) {
		known = &s.ends[1]
	}
	slope := s.slope(known)
	return known.at - known.log(len(known.rows))/slope, slope > 0
}

// slope is by how much the logarithm of a missed part grows with the load beside a point: the slope of a line through all
// points and the ends of the bracket that miss the same target, on the tasks that all of them have. NaN where there are too few.
func (s *search) slope(beside *point) float64 {
	var like []*point
	n := len(beside.rows)
	for _, of := range [][]point{s.ends, s.points} {
		for i := range of {
			if p := &of[i]; p.target == beside.target && len(p.rows) > 1 {
				n, like = min(n, len(p.rows)), append(like, p)
			}
		}
	}
	var x, y []float64
	for _, p := range like {
		if log := p.log(n); !math.IsInf(log, -1) && !math.IsNaN(log) {
			x, y = append(x, p.at), append(y, log)
		}
	}
	return stats.Slope(x, y)
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
	iv, nearest := s.limit()
	if nearest == nil {
		return len(s.grown.rows)
	}
	ratio := iv.Half() / (headroomHalf * iv.Value)
	wanted := ratio * ratio * float64(len(s.grown.rows))
	return max(len(s.grown.rows), int(math.Ceil(min(wanted, headroomTasks/(s.at*e.tasks(s.layout)), float64(e.sc.Run.Max)))))
}

// before is what was seen of the present probe already.
func (s *search) before() *probed {
	if s.grown == nil {
		return nil
	}
	return s.grown.seen
}

// limit is where the mean excess is 0, with the interval of those loads at which the interval of the excess holds 0, and the
// point that it is reckoned from, by the slope there. Nil where there are too few points for a slope.
//
// What is missed of a target, against what may be, grows about exponentially with the load: exactly so for the tail of the waits
// of M/M/c, P(W > t) = C exp(-c mu (1 - rho) t) but for C. So the line is one through its logarithms.
func (s *search) limit() (iv stats.Interval, nearest *point) {
	for i := range s.points {
		if p := &s.points[i]; len(p.rows) > 1 && (nearest == nil || len(p.rows) > len(nearest.rows) ||
			len(p.rows) == len(nearest.rows) && math.Abs(mean(p.rows)) < math.Abs(mean(nearest.rows))) {
			nearest = p
		}
	}
	if nearest == nil {
		return iv, nil
	}
	slope := s.slope(nearest)
	excess := nearest.level.Mean(nearest.rows)
	at := func(excess float64) float64 { return nearest.at - math.Log1p(excess/nearest.allowed)/slope }
	iv = stats.Interval{Value: at(excess.Value), Low: at(excess.High), High: at(excess.Low)}
	if !(slope > 0 && iv.Low > 0 && iv.High >= iv.Low) || math.IsInf(iv.High, 1) {
		return iv, nil
	}
	return iv, nearest
}

// headroom is what was found. Where excesses say nothing, as loads beyond it are not steady, the interval is the bracket.
func (s *search) headroom(e *engine) Headroom {
	h := Headroom{Factor: s.low.at, Tried: s.tried, AtLimit: s.high.at == 0}
	if s.low.at == 0 || h.AtLimit || e.exact {
		return h
	}
	h.Low, h.High = new(min(s.low.at, s.high.at)), new(max(s.low.at, s.high.at))
	h.Factor = *h.Low // what passes and what fails may take turns
	if iv, nearest := s.limit(); nearest != nil && iv.Value >= headroomFloor && iv.Value <= s.tried {
		h.Factor, h.Low, h.High = iv.Value, &iv.Low, &iv.High
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
