package recordings

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/units"
)

// gatherSums makes classes of what was counted.
func (m *Imported) gatherSums(l *logs.Log) {
	for i := range l.Sums.Classes {
		s := &l.Sums.Classes[i]
		c := ImportedClass{Name: s.Class, Queue: s.Queue, Arrivals: counted(s, l.Span), Runs: quantiles(s)}
		for _, n := range s.Counts {
			c.Tasks += int(n + 0.5)
		}
		whole := func(x float64) int { return int(x + 0.5) }
		c.Errors, c.Timeouts, c.Lost = whole(s.Failed+s.Again), whole(s.Timeouts), whole(s.Lost)
		c.Attempts = whole(s.Succeeded) + c.Errors + c.Timeouts + c.Lost
		c.CPUs, c.IOs = make([]float64, len(c.Runs)), c.Runs
		if s.Again > 0 {
			c.mostRetries = 3
			m.warn("%s: %s attempts were retried; how often one is, and after how long, is not counted: Celery's defaults are assumed, 3 and 3 minutes", s.Class, units.Count(s.Again))
			c.delays = [][]float64{{180}}
		}
		m.Classes = append(m.Classes, c)
	}
}

// slotsOf makes one worker of the processes that serve the queues: which of them are whose is not counted.
func (m *Imported) slotsOf(s *logs.Sums) {
	w := ImportedWorker{Name: "worker", Most: 1}
	for i := range s.Queues {
		w.Most = max(w.Most, int(s.Queues[i].Slots))
	}
	for i := range m.Classes {
		if q := m.Classes[i].Queue; !slices.Contains(w.Queues, q) {
			w.Queues = append(w.Queues, q)
		}
	}
	m.Workers = []ImportedWorker{w}
	m.warn("which worker takes from which queue is not counted: one worker with %s takes from all. Say what runs with --worker", units.Plural(w.Most, "slot", "slots"))
}

// mostStages is how many rates stand one after the other in a scenario that was made of counts.
const mostStages = 48

// counted is how tasks arrive that were only counted: at rates that follow one another, each over so much time that what is
// counted in it says more than chance; at one where they differ by no more than that.
func counted(s *logs.Sum, span float64) Arriving {
	total := 0.0
	for _, n := range s.Counts {
		total += n
	}
	a := Arriving{Rate: total / span, Dispersion: math.NaN(), Text: "poisson: " + perSecond(total/span), Words: "counted, Poisson assumed"}
	parts := min(mostStages, len(s.Counts), int(total/100))
	if parts < 2 {
		return a
	}
	counts := make([]float64, parts)
	width := span / float64(parts)
	for i, n := range s.Counts { // each spread evenly over its time
		from, to := s.Edges[i], s.Edges[i+1]
		for k := max(0, int(from/width)); k < parts && float64(k)*width < to; k++ {
			counts[k] += n * max(0, min(to, float64(k+1)*width)-max(from, float64(k)*width)) / (to - from)
		}
	}
	var stages []string
	index := 0.0
	for _, n := range counts {
		mean := total / float64(parts)
		index += (n - mean) * (n - mean) / mean / float64(parts-1)
		stages = append(stages, fmt.Sprintf("{for: %s, rate: %s}", rounded(width), perSecond(n/width)))
	}
	if (distuv.ChiSquared{K: float64(parts - 1)}).CDF(index*float64(parts-1)) <= 1-unlikely {
		return a
	}
	a.Text = "stages: [" + strings.Join(stages, ", ") + "]"
	a.Words, a.Dispersion = fmt.Sprintf("counted, %d rates", parts), index
	return a
}

// quantiles are evenly spread run times of a histogram, so many that the 99th percentile is among them. Where in its bucket a
// run time lies is not known: as the mean of all of them says, and above the last bound as far as it takes for that.
func quantiles(s *logs.Sum) []float64 {
	const points = 200
	total, least, width, tail := 0.0, 0.0, 0.0, 0.0
	below := 0.0
	for _, b := range s.Buckets {
		total += b.N
		least += b.N * below
		if !math.IsInf(b.Bound, 1) {
			width += b.N * (b.Bound - below)
			below = b.Bound
		} else {
			tail = b.N
		}
	}
	if !(total > 0) {
		return nil
	}
	// A run time of the share u of a bucket is its lower bound plus u^bend of its width, 1/(1+bend) of it on average.
	bend, beyond := 1.0, 0.0
	if tail > 0 {
		beyond = max(0, (s.Seconds-least-width/2)/tail)
	} else if part := (s.Seconds - least) / width; part > 0 && part < 1 {
		bend = 1/part - 1
	}
	var all []float64
	for i := range points {
		all = append(all, runTime(s.Buckets, (float64(i)+0.5)/points*total, bend, beyond))
	}
	slices.Sort(all)
	return all
}

// runTime is the one below which so many of a histogram lie.
func runTime(buckets []logs.Bucket, n, bend, beyond float64) float64 {
	low := 0.0
	for _, b := range buckets {
		switch u := n / b.N; {
		case n >= b.N:
			n -= b.N
			if !math.IsInf(b.Bound, 1) {
				low = b.Bound
			}
		case !math.IsInf(b.Bound, 1):
			return low + math.Pow(u, bend)*(b.Bound-low)
		default:
			return low - beyond*math.Log1p(-u)
		}
	}
	return low
}
