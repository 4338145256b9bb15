package experiment

import (
	"math"

	"example.com/simrun/stats"
)

// search looks for the factor of an input at which the mean excess is 0: by doubling and halving until it is bracketed, by
// bisection until the bracket is narrow, then by interpolation with more replications.
type search struct {
	layout    int
	input     Input
	at        float64 // probed last
	low, high point   // passes at low, fails at high; at 0 = not found yet
	exact     int     // probes of the last kind
	tried     float64
	least     float64 // that was tried
	done      bool
	more      float64 // by what factor the last probe has more replications than those before it
	points    []point // of the last kind
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
	if s.exact > 0 {
		s.points = append(s.points, point{s.at, x, nil})
	}
	if x.passes {
		s.low = p
	} else {
		s.high = p
	}
}

// next chooses the next load to try; false when the search is over.
func (s *search) next() bool {
	switch {
	case s.done:
		return false
	case s.high.at == 0:
		if s.low.at >= headroomLimit {
			s.done = true
			return false
		}
		s.at = min(headroomLimit, 2*s.low.at)
	case s.low.at == 0:
		if s.high.at <= headroomFloor {
			s.done = true
			return false
		}
		s.at = s.high.at / 2
	case s.exact == 0 && s.high.at > headroomBracket*s.low.at:
		s.at = math.Sqrt(s.low.at * s.high.at)
	default:
		if s.exact > headroomPoints {
			s.done = true
			return false
		}
		s.exact++
		s.at = s.between()
		if s.exact > headroomPoints {
			s.more = s.lacking()
		}
	}
	return true
}

// between is where a line through the last two excesses has its root, kept inside the bracket.
func (s *search) between() float64 {
	middle := math.Sqrt(s.low.at * s.high.at)
	if iv, ok := s.limit(); ok && iv.Value > s.low.at/headroomBracket && iv.Value < s.high.at*headroomBracket {
		return iv.Value
	}
	if s.low.rows == nil || s.high.rows == nil {
		return middle
	}
	a, b := mean(s.low.rows), mean(s.high.rows)
	if !(a < 0 && b > 0) {
		return middle
	}
	at := s.low.at + (s.high.at-s.low.at)*(-a)/(b-a)
	margin := 0.1 * (s.high.at - s.low.at)
	return min(max(at, s.low.at+margin), s.high.at-margin)
}

// runs is the number of replications of the present probe.
func (s *search) runs(e *engine) int {
	switch {
	case e.exact:
		return 1
	case s.exact > headroomPoints:
		look := e.fewer(s.layout, headroomLook, leastLook)
		n := min(s.more*float64(look), max(float64(look), headroomTasks/(s.at*e.tasks(s.layout))))
		return min(int(n), max(e.sc.Run.Max, headroomLook))
	case s.exact > 0:
		return min(e.fewer(s.layout, headroomLook, leastLook), e.looks[0])
	}
	return min(e.fewer(s.layout, headroomRuns, leastRuns), len(e.samples[s.layout]))
}

// The least replications of a probe, however many tasks each has: of one while the limit is being bracketed, and of one whose
// spread gives the interval.
const (
	leastRuns = 2
	leastLook = 4
)

// fewer is how many replications are enough where each has many tasks.
func (e *engine) fewer(layout, usual, least int) int {
	return min(usual, max(least, int(math.Ceil(float64(usual)*headroomMany/e.tasks(layout)))))
}

// limit is where the mean excess is 0, by its slope between the points that have excesses, with the interval of those
// loads at which the interval of the excess holds 0. False where there are too few such points.
func (s *search) limit() (iv stats.Interval, ok bool) {
	var x, y []float64
	var last *point
	for i := range s.points {
		if p := &s.points[i]; len(p.rows) > 1 && len(p.rows) >= len(s.points[0].rows) {
			x, y = append(x, p.at), append(y, mean(p.rows[:len(s.points[0].rows)])) // on the same tasks
			if last == nil || len(p.rows) > len(last.rows) || len(p.rows) == len(last.rows) && math.Abs(mean(p.rows)) < math.Abs(mean(last.rows)) {
				last = p
			}
		}
	}
	if len(x) < 2 {
		return iv, false
	}
	slope := stats.Slope(x, y)
	excess := last.level.Mean(last.rows)
	iv = stats.Interval{Value: last.at - excess.Value/slope, Low: last.at - excess.High/slope, High: last.at - excess.Low/slope}
	return iv, slope > 0 && iv.Low > 0 && iv.High >= iv.Low
}

// lacking is by what factor there are too few replications for an interval of the wanted width.
func (s *search) lacking() float64 {
	iv, ok := s.limit()
	if !ok {
		return 1
	}
	ratio := iv.Half() / (headroomHalf * iv.Value)
	return max(1, math.Ceil(2*ratio*ratio)/2)
}

// headroom is what was found. Where excesses say nothing, as loads beyond it are not steady, the interval is the bracket.
func (s *search) headroom(e *engine) Headroom {
	h := Headroom{Factor: s.low.at, Tried: s.tried, AtLimit: s.high.at == 0}
	if s.low.at == 0 || h.AtLimit || e.exact {
		return h
	}
	h.Low, h.High = new(min(s.low.at, s.high.at)), new(max(s.low.at, s.high.at))
	h.Factor = *h.Low // what passes and what fails may take turns
	if iv, ok := s.limit(); ok && iv.Value >= headroomFloor && iv.Value <= s.tried {
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
