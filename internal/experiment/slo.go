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

// judged is one target of one class under one layout, judged.
type judged struct {
	SLO
	decisive stats.Interval // what decides, as shown
	decides  float64        // against this
	known    bool           // no number of replications would say more
	figure   float64        // what the target bounds, also where too few tasks allow no claim; NaN: none
	row      []float64      // of each replication: values whose mean is the figure
}

// targets calls f for every target of a class, with its place among those on durations.
func (e *engine) targets(class int, f func(o *workloads.SLO, target int)) {
	target := 0
	for i := range e.sc.Classes[class].SLO {
		o := &e.sc.Classes[class].SLO[i]
		f(o, target)
		if o.Share == workloads.NoShare {
			target++
		}
	}
}

// judge looks at a target of a class. target counts the class's targets on durations.
func (e *engine) judge(layout, class int, o *workloads.SLO, target int) judged {
	j := judged{SLO: SLO{Metric: o.Metric, Verdict: undecided, Target: o.Target(), within: o.Slice, by: o.HasBy}, figure: math.NaN()}
	if o.Share != workloads.NoShare {
		e.judgeShare(&j, layout, class, o)
		return j
	}
	if e.withheld[layout][class] {
		j.Verdict, j.known = fail, true
		return j
	}
	switch {
	case o.Slice > 0 || o.HasBy:
		e.judgeWindows(&j, layout, class, o, target)
	case o.Stat.Kind == workloads.Mean:
		e.judgeMean(&j, layout, class, o, target)
	case o.Stat.Kind == workloads.Max:
		e.judgeMax(&j, layout, class, o, target)
	default:
		e.judgeQuantile(&j, layout, class, o, target)
	}
	if j.Verdict == pass && j.Value != nil && e.model.close(j.Value.Value, j.Target) {
		j.Verdict = marginal
	}
	return j
}

// nothing says that no task counts: no number of replications changes that.
func (j *judged) nothing() { j.known = true }

// met are the tasks of each replication that met a target, and how many counted.
func (e *engine) met(layout, class, target int) (met, of []float64) {
	for i := range e.samples[layout] {
		w := e.samples[layout][i].classes[class].within[target]
		met, of = append(met, float64(w.Within)), append(of, float64(w.Of))
	}
	return met, of
}

// judgeQuantile: "95 % within 200 ms" is decided by the share of tasks within 200 ms, counted exactly, and the interval
// of the quantile is where the same share says so.
func (e *engine) judgeQuantile(j *judged, layout, class int, o *workloads.SLO, target int) {
	rows := e.due(layout, class, target, durationOf[o.Of])
	if rows.total == 0 {
		j.nothing()
		return
	}
	met, _ := e.met(layout, class, target)
	share := rows.ratio(met)
	j.Attained = e.shown(share)
	value := rows.quantile(o.Stat.P)
	j.Verdict = reaches(share, o.Stat.P)
	switch bound := o.Bound.Seconds(); { // what is sure of the bound is sure beyond it
	case j.Verdict == pass: // tasks are counted by the nanosecond, quantiles by the bin
		value.Value = min(value.Value, bound)
		value.Low = min(value.Low, value.Value)
		value.High = max(value.Value, min(value.High, bound))
	case j.Verdict == fail:
		value.Low = min(value.Value, max(value.Low, bound))
	case value.needs == 0 && value.High <= bound:
		j.Verdict = pass
	case value.needs == 0 && value.Low > bound:
		j.Verdict = fail
	}
	j.Value = value.estimate()
	j.decisive, j.decides, j.figure, j.row = share, o.Stat.P, value.Value, value.row
}

// lostMean is the share of tasks without a duration beyond which there is no mean to speak of.
const lostMean = 0.01

// judgeMean: the mean of the tasks that have the duration; where more than a few have none, it is missed.
func (e *engine) judgeMean(j *judged, layout, class int, o *workloads.SLO, target int) {
	rows := e.rows(layout, class, durationOf[o.Of])
	due := e.due(layout, class, target, durationOf[o.Of])
	if due.total == 0 {
		j.nothing()
		return
	}
	met, _ := e.met(layout, class, target)
	j.Attained = e.shown(due.ratio(met))
	ended := due.ratio(due.upTo(math.MaxInt64))
	value := rows.mean()
	j.Value = value.estimate()
	j.decisive, j.decides, j.figure, j.row = value.Interval, j.Target, value.Value, value.row
	j.Verdict = side(value.Interval, j.Target)
	if partial(ended.Value) {
		j.Verdict, j.known = fail, true
		if j.Value != nil {
			j.Value = &Estimate{Value: math.Inf(1)}
			j.figure = math.Inf(1)
		}
	}
}

// judgeMax: no task of any replication may go beyond.
func (e *engine) judgeMax(j *judged, layout, class int, o *workloads.SLO, target int) {
	rows := e.rows(layout, class, durationOf[o.Of])
	met, of := e.met(layout, class, target)
	due := e.due(layout, class, target, durationOf[o.Of])
	if due.total == 0 {
		j.nothing()
		return
	}
	value := rows.stat(o.Stat)
	j.Value, j.figure, j.row = value.estimate(), value.Value, value.row
	j.Attained = e.shown(due.ratio(met))
	j.Attained.Low, j.Attained.High = nil, nil
	j.known = true
	j.Verdict = pass
	for i := range met {
		if met[i] < of[i] {
			j.Verdict = fail
			j.over++
		}
	}
}

// heldWindows is the share of windows in which a target that is to hold in every slice of them, or by an hour, must
// hold.
const heldWindows = 0.95

// judgeWindows: the target must hold in every slice of a window, or everything of it be done by an hour, in at least 95
// of 100 windows. Windows are replications, so the interval is binomial (Clopper and Pearson).
func (e *engine) judgeWindows(j *judged, layout, class int, o *workloads.SLO, target int) {
	held, windows := 0, 0
	for i := range e.samples[layout] {
		c := &e.samples[layout][i].classes[class]
		if c.within[target].Of == 0 {
			continue
		}
		windows++
		if holds(c, o, target) {
			held++
		}
	}
	if windows == 0 {
		j.nothing()
		return
	}
	share := stats.ClopperPearson(held, windows, e.evidence[layout].confidence)
	if e.exact {
		share.Low, share.High = share.Value, share.Value
	}
	value := e.due(layout, class, target, durationOf[o.Of]).stat(o.Stat) // of the whole window: it ranks layouts, and decides nothing
	j.Attained, j.figure, j.row = e.shown(share), value.Value, value.row
	j.decisive, j.decides = share, heldWindows
	j.Verdict = reaches(share, heldWindows)
	j.over = windows - held
}

// holds says whether a target held in every slice of a replication; one by an hour, for every task.
func holds(c *classSample, o *workloads.SLO, target int) bool {
	if o.Slice == 0 {
		return c.within[target].Within == c.within[target].Of
	}
	for _, s := range c.slices[target] {
		if s.Of == 0 {
			continue
		}
		if o.Stat.Kind == workloads.Max && s.Within < s.Of || float64(s.Within) < o.Stat.P*float64(s.Of) {
			return false
		}
	}
	return true
}

// judgeShare: of the tasks that were not cut off by the end of the run. Those that never ran, or never ended, count as
// having gone wrong.
func (e *engine) judgeShare(j *judged, layout, class int, o *workloads.SLO) {
	rows := e.bare(layout, class, wait)
	bad := make([]float64, 0, len(rows.samples))
	total := 0.0
	for i, c := range rows.samples {
		k, of := shareOf(c, o.Share), c.published-c.cut
		if o.Share >= workloads.InProcess {
			k, of = e.samples[layout][i].exposed(class, o.Share)
		}
		bad, rows.of = append(bad, k), append(rows.of, of)
		total += k
	}
	if o.Share == workloads.OnMachine && !e.placed(layout) {
		rows.of = make([]float64, len(bad)) // nobody knows what else runs there
	}
	rows.count(e, layout)
	if rows.total == 0 {
		j.nothing()
		return
	}
	iv := rows.ratio(bad)
	if total == 0 && e.never(layout, class, o.Share) {
		iv.High = 0
	}
	if o.Share == workloads.Duplicates { // a ratio, without a ceiling
		iv = rows.level.Ratio(bad, rows.of)
		iv.Low, iv.High = max(0, iv.Low), max(iv.High, rare(bad, rows.pieces))
		if e.exact {
			iv.Low, iv.High = iv.Value, iv.Value
		}
	}
	j.decisive, j.decides, j.row = iv, j.Target, linear(iv.Value, bad, rows.of)
	if j.Target == 0 { // as with a maximum: it must not have happened, and more looking only finds more
		j.known = true
		j.Verdict = pass
		if total > 0 {
			j.Verdict = fail
		}
		j.Value = &Estimate{Value: iv.Value}
		return
	}
	j.Value = e.shown(iv)
	j.Verdict = side(iv, j.Target)
}

// never says that nothing in a layout can make a share of a class other than 0: then that none was seen is no luck.
// What is left over at the end was none, so everything ran.
func (e *engine) never(layout, class int, s workloads.ShareOf) bool {
	l, c := &e.sc.Layouts[layout], &e.sc.Classes[class]
	q := &l.Queues[l.ClassQueue[class]]
	quiet := len(e.sc.Faults) == 0 && !planned(e.sc.Layouts) && len(l.Fleets) == 0 && !e.remembers(layout)
	for i := range e.sc.Classes { // a crash takes others with it
		quiet = quiet && e.sc.Classes[i].Failures.Crash.P == 0
	}
	switch s {
	case workloads.ExpiredShare:
		return c.Expires == nil
	case workloads.Loss:
		return quiet && c.Expires == nil && q.MaxLength < 0 && q.DeliveryLimit < 0
	}
	return false
}

// shareOf counts the tasks of a replication that went wrong in a way, or never ended.
func shareOf(c *classSample, s workloads.ShareOf) float64 {
	by := &c.byOutcome
	left := by[worker.Unstarted] + by[worker.Unfinished] + by[worker.Retrying] - c.cut
	switch s {
	case workloads.Loss:
		return left + by[worker.Lost] + by[worker.Dead] + by[worker.Expired] + by[worker.Rejected]
	case workloads.FailedShare:
		return left + by[worker.Failed] + by[worker.TimedOut]
	case workloads.ExpiredShare:
		return left + by[worker.Expired]
	}
	return left + c.duplicated
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

// reaches is side for what should be large: pass = wholly at least the target. 95 of 100 within a bound are p95 within it.
func reaches(iv stats.Interval, target float64) string {
	switch {
	case iv.Low >= target:
		return pass
	case iv.High < target:
		return fail
	}
	return undecided
}
