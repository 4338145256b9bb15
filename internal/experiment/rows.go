package experiment

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/stats"
	"example.com/simrun/workloads"
)

// rows are one duration of one class under one layout, replication by replication: what its figures are estimated
// from. Every figure is that of all tasks of all replications together, and every interval comes from the spread
// between replications.
type rows struct {
	samples []*classSample
	d       duration
	of      []float64 // tasks counted; more than have the duration where some never ran or never ended
	total   float64   // sum of of
	strict  bool      // tasks that were lost later do not count as having the duration: as targets do
	level   stats.Level
	exact   bool
	pieces  float64 // of the observed time that tell different things: the tasks, or fewer where they wait for each other
}

// rows are those of class c, or of all tasks, that have the duration.
func (e *engine) rows(l, c int, d duration) *rows {
	r := e.bare(l, c, d)
	for _, s := range r.samples {
		r.of = append(r.of, float64(s.of[d].Count()))
	}
	return r.count(e, l)
}

// due are the rows of a target, which counts the tasks that never got so far, too.
func (e *engine) due(l, c, target int, d duration) *rows {
	r := e.bare(l, c, d)
	r.strict = d == wait
	for _, s := range r.samples {
		r.of = append(r.of, float64(s.within[target].Of))
	}
	return r.count(e, l)
}

func (e *engine) bare(l, c int, d duration) *rows {
	r := &rows{d: d, level: e.evidence[l].level, exact: e.exact}
	for i := range e.samples[l] {
		r.samples = append(r.samples, &e.samples[l][i].classes[c])
	}
	return r
}

func (r *rows) count(e *engine, l int) *rows {
	for _, n := range r.of {
		r.total += n
	}
	r.pieces = e.pieces(l, r.total)
	return r
}

// first are those of the replications that something common to several layouts rests on.
func (r *rows) first(both evidence) *rows {
	n := both.level.N
	if n == len(r.samples) {
		return r
	}
	cut := *r
	cut.samples, cut.of, cut.level, cut.total = r.samples[:n], r.of[:n], both.level, 0
	for _, x := range cut.of {
		cut.total += x
	}
	cut.pieces = r.pieces * cut.total / max(1, r.total)
	return &cut
}

// upTo are the tasks within x, of each replication.
func (r *rows) upTo(x des.Time) []float64 {
	k := make([]float64, len(r.samples))
	for i, s := range r.samples {
		k[i] = s.of[r.d].AtMost(x)
		if r.strict {
			k[i] -= s.forfeited.AtMost(x)
		}
	}
	return k
}

// share is the share of tasks within x, with its interval.
func (r *rows) share(x des.Time) stats.Interval { return r.ratio(r.upTo(x)) }

// ratio is the share that k of the counted tasks are.
func (r *rows) ratio(k []float64) stats.Interval {
	iv := r.level.Ratio(k, r.of)
	if r.exact {
		return stats.Interval{Value: iv.Value, Low: iv.Value, High: iv.Value}
	}
	rest := make([]float64, len(k))
	for i := range k {
		rest[i] = r.of[i] - k[i]
	}
	return stats.Interval{Value: iv.Value, Low: min(iv.Low, 1-rare(rest, r.pieces)), High: max(iv.High, rare(k, r.pieces))}.Clamp(0, 1)
}

// rare is how large a share may still be that hardly anything was seen of: in fewer replications than a variance can be
// told from, or in none. Of n pieces that say different things 3/n (rule of three); 0 where enough was seen.
func rare(k []float64, n float64) float64 {
	var sum, square float64
	for _, x := range k {
		sum, square = sum+x, square+x*x
	}
	if n == 0 || sum > 0 && sum*sum >= leastShare*square {
		return 0
	}
	return stats.RuleOfThree(int(n))
}

// figure is an estimate and what it rests on.
type figure struct {
	stats.Interval           // NaN: nothing was observed; +Inf: so few tasks ever got so far that there is no such figure
	needs          float64   // > 0: too few tasks for a claim; it takes so many
	row            []float64 // of each replication: values whose mean is Value and whose spread is its uncertainty
	exact          bool      // nothing is random, so that its ends are its value
}

// stat is a statistic of the duration.
func (r *rows) stat(s workloads.Stat) figure {
	switch {
	case r.total == 0:
		return figure{Interval: stats.Interval{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}}
	case s.Kind == workloads.Mean:
		return r.mean()
	case s.Kind == workloads.Max:
		return r.most()
	}
	return r.quantile(s.P)
}

func (r *rows) mean() figure {
	sums, n := make([]float64, len(r.samples)), make([]float64, len(r.samples))
	for i, s := range r.samples {
		sums[i], n[i] = s.of[r.d].Total(), float64(s.of[r.d].Count())
	}
	f := figure{Interval: r.level.Ratio(sums, n)}
	f.row = linear(f.Value, sums, n)
	if r.exact {
		f.Low, f.High, f.exact = f.Value, f.Value, true
	}
	f.Low = max(0, f.Low)
	return f
}

// linear are values whose mean is the ratio v of the sums of a and b, and whose spread is that of the ratio.
func linear(v float64, a, b []float64) []float64 {
	mean := 0.0
	for _, x := range b {
		mean += x / float64(len(b))
	}
	row := make([]float64, len(a))
	for i := range a {
		row[i] = v + (a[i]-float64(v*b[i]))/mean
	}
	return row
}

// most is the largest value: it has no interval, and more replications only find larger ones.
func (r *rows) most() figure {
	f := figure{Interval: stats.Interval{Low: math.NaN(), High: math.NaN()}}
	for _, s := range r.samples {
		f.row = append(f.row, s.of[r.d].Max().Seconds())
		f.Value = max(f.Value, s.of[r.d].Max().Seconds())
	}
	return f
}

// A claim on a quantile takes so many tasks beyond it, and so many replications that share in them.
const (
	leastBeyond = 10
	leastShare  = 5
)

// quantile is the p-quantile of all counted tasks. Its interval is the set of those x of which the interval of the
// share within x holds p: the same statistic decides targets, so neither can contradict the other.
func (r *rows) quantile(p float64) figure {
	most := des.Time(0)
	for _, s := range r.samples {
		most = max(most, s.of[r.d].Max())
	}
	least := func(from, to des.Time, ok func(des.Time) bool) des.Time { // the smallest x in (from, to] that is ok; to is
		for to-from > 1+to>>16 {
			if x := from + (to-from)/2; ok(x) {
				to = x
			} else {
				from = x
			}
		}
		return to
	}
	within := func(x des.Time) float64 {
		sum := 0.0
		for _, k := range r.upTo(x) {
			sum += k
		}
		return sum
	}
	if within(most) < p*r.total {
		inf := math.Inf(1)
		return figure{Interval: stats.Interval{Value: inf, Low: r.lowest(p, most, least), High: inf}}
	}
	at := least(-1, most, func(x des.Time) bool { return within(x) >= p*r.total })
	f := figure{Interval: stats.Interval{Value: at.Seconds()}}
	if r.exact || r.level.N < 2 {
		f.Low, f.High, f.exact = f.Value, f.Value, r.exact
		if !r.exact {
			f.Low, f.High = math.NaN(), math.NaN()
		}
		f.row = make([]float64, len(r.samples))
		for i := range f.row {
			f.row[i] = f.Value
		}
		return f
	}
	low, high := r.ends(p, at, most, least)
	f.Low, f.High = low.Seconds(), high.Seconds()
	lacks := r.lacks(at, p)
	if high == des.Never {
		lacks = max(2, lacks)
	}
	if lacks > 1 {
		f.needs = math.Ceil(r.total * lacks)
	}
	f.row = r.spread(at, low, high, p)
	return f
}

// stride is the ratio of steps in which the ends of an interval are looked for before they are narrowed down: a share
// within x that is above p for sure at some x is so beyond, whatever few tasks say there.
const stride = 1.1

// ends are the nearest values on both sides of a quantile at which the share within is surely below and above p; Never
// where none is.
func (r *rows) ends(p float64, at, most des.Time, least func(from, to des.Time, ok func(des.Time) bool) des.Time) (low, high des.Time) {
	may := func(x des.Time) bool { return r.share(x).High >= p }
	for low = at; low > 0; {
		below := min(low-1, des.Time(float64(low)/stride))
		if !may(below) {
			low = least(below, low, may)
			break
		}
		low = below
	}
	surely := func(x des.Time) bool { return r.share(x).Low > p }
	for high = at; !surely(high); {
		if high >= most {
			return low, des.Never
		}
		next := most // also where a step would go beyond all times: a slowdown has no unit that keeps it small
		if further := float64(high) * stride; further < float64(most) {
			next = min(most, max(high+1, des.Time(further)))
		}
		if surely(next) {
			return low, least(high, next, surely)
		}
		high = next
	}
	return low, high
}

// lowest is the lower end of a quantile that is beyond all that was observed; +Inf when even that is sure.
func (r *rows) lowest(p float64, most des.Time, least func(from, to des.Time, ok func(des.Time) bool) des.Time) float64 {
	if r.exact || r.level.N < 2 || r.share(most).High < p {
		return math.Inf(1)
	}
	return least(-1, most, func(x des.Time) bool { return r.share(x).High >= p }).Seconds()
}

// lacks is the factor by which there are too few tasks for a claim on the p-quantile x: too few beyond it, or too few
// replications that they come from. At most 1: there are enough.
func (r *rows) lacks(x des.Time, p float64) float64 {
	var beyond, square float64
	for i, k := range r.upTo(x) {
		y := k
		if p >= 0.5 {
			y = r.of[i] - k
		}
		beyond, square = beyond+y, square+y*y
	}
	// A share p of all lies exactly there where x is an atom.
	beyond = max(beyond, min(p, 1-p)*r.total)
	return max(leastBeyond/beyond, leastShare*square/(beyond*beyond))
}

// spread linearises a quantile around its value, by the slope of the share over its interval.
func (r *rows) spread(at, low, high des.Time, p float64) []float64 {
	row := make([]float64, len(r.samples))
	slope := 0.0
	if high > low && high != des.Never {
		slope = (r.share(high).Value - r.share(low).Value) / (high - low).Seconds()
	}
	for i, k := range r.upTo(at) {
		row[i] = at.Seconds()
		if slope > 0 {
			row[i] -= (k - float64(p*r.of[i])) / (r.total / float64(len(row))) / slope
		}
	}
	return row
}

// estimate is what results say of a figure; nil where nothing was observed.
func (f figure) estimate() *Estimate {
	if math.IsNaN(f.Value) {
		return nil
	}
	if f.needs > 0 {
		return &Estimate{Value: math.NaN(), Needs: int64(f.needs)}
	}
	if math.IsInf(f.Value, 1) || f.exact {
		return &Estimate{Value: f.Value}
	}
	return newEstimate(f.Interval)
}
