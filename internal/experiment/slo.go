package experiment

import (
	"math"

	"example.com/simrun/stats"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Verdicts on one target.
const (
	pass      = "pass"
	marginal  = "marginal" // it passes, by less than predictions of this kind were off
	fail      = "fail"
	undecided = "undecided"
)

// durationOf is the duration that a target bounds.
var durationOf = [worker.Metrics]duration{worker.Wait: wait, worker.Response: response, worker.Run: run}

// figureFor is the figure that a target bounds.
func figureFor(s workloads.Stat) figure {
	switch s.Kind {
	case workloads.Mean:
		return mean
	case workloads.Max:
		return most
	}
	for f := p50; f <= p999; f++ {
		if shares[f] == s.P {
			return f
		}
	}
	panic("experiment: a quantile that is not measured")
}

// judged is one target of one class under one layout, judged.
type judged struct {
	SLO
	known bool // decided, or known within the precision
}

// judge looks at a target of a class. target counts the class's targets on durations.
func (e *engine) judge(layout, class int, o *workloads.SLO, target int) judged {
	j := judged{SLO: SLO{Metric: o.Name, Verdict: undecided}}
	if e.withheld[layout][class] {
		j.Target, j.IsShare = o.Bound.Seconds(), o.Share != workloads.NoShare
		if j.IsShare {
			j.Target = o.MaxShare
		} else {
			j.Verdict, j.known = fail, true
			return j
		}
	}
	if o.Share != workloads.NoShare {
		e.judgeShare(&j, layout, class, o)
	} else {
		e.judgeDuration(&j, layout, class, o, target)
	}
	return j
}

func (e *engine) judgeDuration(j *judged, layout, class int, o *workloads.SLO, target int) {
	d, f := durationOf[o.Metric], figureFor(o.Stat)
	j.Target = o.Bound.Seconds()
	pooled := &e.pools[layout].classes[class]
	var values, attained []float64
	for i := range e.samples[layout] {
		c := &e.samples[layout][i].classes[class]
		values = append(values, c.of[d][f])
		if w := c.within[target]; w[1] > 0 {
			attained = append(attained, float64(w[0])/float64(w[1]))
		}
	}
	value, _ := e.interval(values)
	j.Value = e.estimate(values, figureOf(histogramOf(pooled, d), f))
	share, ok := e.interval(attained)
	w := pooled.Within[target]
	if !ok || j.Value == nil {
		j.known = pooled.Published == 0 // nothing arrived: no number of replications changes that
		return
	}
	share = widen(share, float64(w[0]), float64(w[1]), e.exact)
	j.Attained = newEstimate(share, float64(w[0])/float64(w[1]))
	switch o.Stat.Kind {
	case workloads.Mean:
		j.Verdict = side(value, j.Target)
	case workloads.Quantile:
		j.Verdict = flip(side(share, o.Stat.P))
	case workloads.Max:
		j.Verdict = fail
		if w[0] == w[1] {
			j.Verdict = pass
		}
	}
	j.known = j.Verdict != undecided || stats.PrecisionReached(value, e.sc.Run.Precision)
	if j.Verdict == pass && e.model.close(value.Value, j.Target) {
		j.Verdict = marginal
	}
}

func (e *engine) judgeShare(j *judged, layout, class int, o *workloads.SLO) {
	j.Target, j.IsShare = o.MaxShare, true
	var values []float64
	for i := range e.samples[layout] {
		c := &e.samples[layout][i].classes[class]
		if c.published > 0 {
			values = append(values, shareOf(c.byOutcome, c.duplicated, o.Share)/c.published)
		}
	}
	var outcomes [worker.Outcomes]float64
	pooled := &e.pools[layout].classes[class]
	for i, n := range pooled.ByOutcome {
		outcomes[i] = float64(n)
	}
	seen := shareOf(outcomes, 0, o.Share)
	value, ok := e.interval(values)
	if !ok {
		j.known = true // nothing arrived
		return
	}
	value = widen(value, seen, float64(pooled.Published), e.exact)
	j.Value = newEstimate(value, seen/float64(pooled.Published))
	j.Verdict = side(value, j.Target)
	// A share near 0 is never known relatively: a tenth of its target is precise enough.
	floor := j.Target / 10
	j.known = j.Verdict != undecided || stats.PrecisionReached(value, e.sc.Run.Precision) || value.Half() <= floor
}

func shareOf(by [worker.Outcomes]float64, duplicated float64, s workloads.ShareOf) float64 {
	switch s {
	case workloads.Loss:
		return by[worker.Lost] + by[worker.Dead] + by[worker.Expired] + by[worker.Rejected]
	case workloads.FailedShare:
		return by[worker.Failed] + by[worker.TimedOut]
	case workloads.ExpiredShare:
		return by[worker.Expired]
	}
	return duplicated
}

// widen gives an interval of a share of n tasks of which k were seen the bound that no variance can give: when none
// or all were seen, the share may still be 3/n off (95 %, rule of three).
func widen(iv stats.Interval, k, n float64, exact bool) stats.Interval {
	if exact || n == 0 {
		return iv
	}
	switch bound := stats.RuleOfThree(int(n)); k {
	case 0:
		iv.High = max(iv.High, min(1, bound))
	case n:
		iv.Low = min(iv.Low, max(0, 1-bound))
	}
	iv.Low, iv.High = max(0, iv.Low), min(1, iv.High)
	return iv
}

// side says where an interval lies: pass = wholly at most the target.
func side(iv stats.Interval, target float64) string {
	switch {
	case iv.High <= target:
		return pass
	case iv.Low > target:
		return fail
	}
	return undecided
}

// flip is side for what should be large: pass = wholly at least the target.
func flip(s string) string {
	switch s {
	case pass:
		return fail
	case fail:
		return pass
	}
	return s
}

// interval is the t interval of per-replication values, NaN ones left out. When nothing is random one value is the
// truth; else a single value has no interval.
func (e *engine) interval(values []float64) (stats.Interval, bool) {
	x := present(values)
	if len(x) == 0 {
		return stats.Interval{}, false
	}
	iv := stats.MeanInterval(x, e.sc.Run.Confidence)
	if e.exact {
		iv.Low, iv.High = iv.Value, iv.Value
	}
	return iv, true
}

func present(values []float64) []float64 {
	x := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	return x
}

// estimate is of something that cannot be below 0: a duration, a count, a share, a price.
func (e *engine) estimate(values []float64, pooled float64) *Estimate {
	iv := stats.MeanInterval(present(values), e.sc.Run.Confidence)
	return newEstimate(floored(iv), pooled)
}

// floored is an interval of what cannot be below 0: a t interval is symmetric, and of few skewed values reaches lower.
func floored(iv stats.Interval) stats.Interval {
	iv.Low = max(0, iv.Low)
	return iv
}

// newEstimate is nil where there is nothing to estimate; bounds are nil where there is one value.
func newEstimate(iv stats.Interval, pooled float64) *Estimate {
	if math.IsNaN(iv.Value) {
		return nil
	}
	if math.IsNaN(pooled) {
		pooled = iv.Value
	}
	est := &Estimate{Value: iv.Value, Pooled: pooled}
	if !math.IsNaN(iv.Low) && !math.IsNaN(iv.High) {
		est.Low, est.High = &iv.Low, &iv.High
	}
	return est
}

// known says that every target is decided or known within the precision; without targets, every class's mean
// response.
func (e *engine) known() bool {
	targets := 0
	for l := range e.sc.Layouts {
		for c := range e.sc.Classes {
			target := 0
			for i := range e.sc.Classes[c].SLO {
				o := &e.sc.Classes[c].SLO[i]
				targets++
				if !e.judge(l, c, o, target).known {
					return false
				}
				if o.Share == workloads.NoShare {
					target++
				}
			}
		}
	}
	if targets > 0 {
		return true
	}
	for l := range e.sc.Layouts {
		for c := range e.sc.Classes {
			if e.withheld[l][c] {
				continue
			}
			var values []float64
			for i := range e.samples[l] {
				values = append(values, e.samples[l][i].classes[c].of[response][mean])
			}
			if iv, ok := e.interval(values); ok && !stats.PrecisionReached(iv, e.sc.Run.Precision) {
				return false
			}
		}
	}
	return true
}
