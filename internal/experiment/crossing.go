package experiment

import (
	"math"
	"slices"

	"example.com/simrun/stats"
	"example.com/simrun/workloads"
)

// crossing is where a target begins to be missed.
type crossing struct {
	at    stats.Interval // those loads at which the interval of the excess holds 0
	level float64        // half of its width, were the slope of the line known
	from  *point         // that it is reckoned from
	of    *missed        // what is missed there
	slack float64        // half of the width of the interval of the slope of its line, as a part of the slope
	lever *point         // where more replications would tell most of that slope; nil = nowhere
	open  [2]bool        // the line has no lower end, or no upper one, as the slope may be 0 for all that is known
}

// limit is the least load at which a target begins to be missed, as seen from the points; nil where they do not say. Targets that
// grow with the load for all that is known go before those that may not: of these, only how low the limit may be is believed.
func (s *search) limit(points []point) (least *crossing) {
	var all []*crossing
	_, missed := s.bounds(nil)
	for i := range points {
		for j := range points[i].missed {
			x := s.crossing(points[i].missed[j].target, points)
			if x == nil || x.at.Low > missed { // another one is missed already
				continue
			}
			all = append(all, x)
		}
	}
	for _, x := range all {
		if least == nil || x.slack < 1 && least.slack >= 1 || x.slack < 1 == (least.slack < 1) && x.at.Value < least.at.Value {
			least = x
		}
	}
	for _, x := range all {
		least.at.High = max(least.at.Value, min(least.at.High, x.at.High))
		if x.at.Value < least.at.Value {
			least.at.Low = min(least.at.Low, x.at.Low)
		}
	}
	if least != nil && s.narrow {
		least.at = s.agreed(least.at)
	}
	return least
}

// agreed is an interval that does not contradict what the file's own run says for certain, which is the verdict.
func (s *search) agreed(iv stats.Interval) stats.Interval {
	file := &s.known[0]
	switch file.surely(nil) {
	case fail:
		return stats.Interval{Value: min(iv.Value, file.at), Low: min(iv.Low, file.at), High: min(iv.High, file.at)}
	case pass:
		return stats.Interval{Value: max(iv.Value, file.at), Low: max(iv.Low, file.at), High: max(iv.High, file.at)}
	}
	return iv
}

// crossing is where the mean excess over a target is 0, reckoned by the slope there from the nearest of the points, in a narrow
// bracket from that with the most replications.
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
	l, lever := s.line(target, nearest)
	x := &crossing{from: nearest, of: m, lever: lever}
	x.at.Value = l.zero()
	if !(l.slope > 0 && x.at.Value > 0) || x.at.Value > s.wall || s.narrow && away(x.at.Value, nearest.at) > headroomFar {
		return nil
	}
	if s.narrow {
		x.at.Low, x.at.High = l.holds(x.at.Value)
		low, high := s.bounds(target)
		if x.open = [2]bool{x.at.Low == 0, math.IsInf(x.at.High, 1)}; x.open[0] {
			x.at.Low = min(low, x.at.Value)
		}
		if x.open[1] {
			x.at.High = max(high, x.at.Value)
		}
		x.at.High = min(x.at.High, s.wall)
		x.slack = l.level.Mean(l.bends).Half() / l.slope
		l.bends = nil
		low, high = l.holds(x.at.Value)
		x.level = (min(high, s.wall) - low) / 2
	}
	return x
}

// line says how much is missed of a target, as seen from one load: e times as much as may be with every 1/slope that is added to
// the load.
//
// What is missed of a target, against what may be, grows about exponentially with the load: exactly so for the tail of the waits
// of M/M/c, P(W > t) = C exp(-c mu (1 - rho) t) but for C. So the line is one through its logarithms.
type line struct {
	at    float64
	rows  []float64 // what each replication misses there, against what may be: 1 at the limit
	level stats.Level
	slope float64
	bends []float64 // what each replication adds to the slope; nil = the slope is known
}

// few is what is missed, against what may be, below which the logarithm goes on as its tangent: few tasks decide there whether
// it is 0 itself.
const few = 0.1

// logMissed is the logarithm of what is missed, against what may be.
func logMissed(x float64) float64 {
	if x < few {
		return math.Log(few) + (x-few)/few
	}
	return math.Log(x)
}

// zero is where as much is missed as may be.
func (l *line) zero() float64 { return l.at - logMissed(mean(l.rows))/l.slope }

// logs has the interval of the logarithm of what is missed at a load. It holds 0 just where the interval of what is missed holds 1.
func (l *line) logs(at float64) stats.Interval {
	far := at - l.at
	m := mean(l.rows)
	rows := make([]float64, len(l.rows))
	for i, r := range l.rows {
		rows[i] = r
		if l.bends != nil {
			rows[i] += max(m, few) * far * l.bends[i]
		}
	}
	iv := l.level.Mean(rows)
	return stats.Interval{Value: logMissed(iv.Value) + l.slope*far, Low: logMissed(iv.Low) + l.slope*far, High: logMissed(iv.High) + l.slope*far}
}

// holds are the ends of those loads about x at which the interval holds the limit: 0 and infinity where it still does at half of x
// and at twice x, as the slope may be 0 for all that is known.
func (l *line) holds(x float64) (low, high float64) {
	end := func(step float64) float64 {
		inside := x
		for outside := x * step; outside > x/2 && outside < 2*x; outside *= step {
			if iv := l.logs(outside); iv.Low <= 0 && 0 <= iv.High {
				inside = outside
				continue
			}
			for range 20 {
				middle := (inside + outside) / 2
				if iv := l.logs(middle); iv.Low <= 0 && 0 <= iv.High {
					inside = middle
				} else {
					outside = middle
				}
			}
			return inside
		}
		if step < 1 {
			return 0
		}
		return math.Inf(1)
	}
	return end(1 / 1.01), end(1.01)
}

// line is the one through a point. Its slope is that of the least squares through those that are near, on the tasks that they have
// in common that tell most: the number of replications times the spread of the loads. To begin with, the other end is where all
// tasks miss. The slope is NaN where they do not say.
func (s *search) line(target *workloads.SLO, about *point) (l *line, lever *point) {
	m := about.of(target)
	l = &line{at: about.at, level: about.level}
	for _, r := range m.rows {
		l.rows = append(l.rows, 1+r/m.allowed)
	}
	of, lever := s.near(target, about)
	n := 0
	var through []*point
	most := -1.0
	for _, p := range of {
		k := len(p.of(target).rows)
		var some []*point
		var at []float64
		for _, q := range of {
			if len(q.of(target).rows) >= k {
				some, at = append(some, q), append(at, q.at)
			}
		}
		if tells := float64(k) * spread(at); tells > most {
			most, n, through = tells, k, some
		}
	}
	var at, logs []float64
	for _, p := range through {
		m := p.of(target)
		at, logs = append(at, p.at), append(logs, logMissed(m.part(n)))
	}
	if len(through) == 1 && !s.narrow && m.allowed < 1 {
		at, logs = append(at, s.brim), append(logs, -math.Log(m.allowed))
	}
	l.slope = stats.Slope(at, logs)
	l.bends = make([]float64, len(l.rows))
	middle, around := mean(at), spread(at)
	// Of how many replications they are, and how much less sure fewer are of their own spread.
	weight := float64(len(l.rows)) / float64(n) * student(l.level.Confidence, n) / student(l.level.Confidence, len(l.rows))
	for _, p := range through {
		m := p.of(target)
		missed := mean(m.rows[:n])
		for i, r := range m.rows[:min(n, len(l.bends))] {
			l.bends[i] += (p.at - middle) / around * (r - missed) / m.allowed / max(m.part(n), few) * weight
		}
	}
	return l, lever
}

// near are the points, ends of the bracket and the file itself that say something of a target about a point, each load once, and the
// farthest of them that may get as many replications as the point has.
func (s *search) near(target *workloads.SLO, about *point) (of []*point, lever *point) {
	file := &s.known[0] // often with the most tasks; its replications are the answer, so that it gets no more
	for _, some := range [][]point{s.ends, s.points, s.known[:1]} {
		for i := range some {
			p := &some[i]
			n := p.of(target)
			switch {
			case n == nil, len(n.rows) < 2, slices.ContainsFunc(of, func(q *point) bool { return q.at == p.at }):
				continue
			case s.narrow && p != about && (away(p.at, about.at) > headroomFar || n.part(len(n.rows)) < few && !n.sure):
				continue
			case p == file && (!s.narrow || n.part(len(n.rows)) < few):
				continue
			}
			of = append(of, p)
			if p.at != file.at && len(n.rows) < len(about.of(target).rows) && (lever == nil || away(p.at, about.at) > away(lever.at, about.at)) {
				lever = p
			}
		}
	}
	return of, lever
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// student is the quantile of Student's distribution that an interval of the mean of n values has.
func student(confidence float64, n int) float64 {
	return stats.StudentQuantile((1+confidence)/2, float64(n-1))
}

// spread is the sum of squares about the mean.
func spread(x []float64) float64 {
	middle, sum := mean(x), 0.0
	for _, v := range x {
		sum += (v - middle) * (v - middle)
	}
	return sum
}
