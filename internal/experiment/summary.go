package experiment

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/stats"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// summarise turns samples into figures with intervals.
func (e *engine) summarise(reached bool) *Result {
	sc := e.sc
	r := &Result{
		Version: 1,
		Simrun:  e.opts.Version,
		Scenario: ScenarioInfo{
			Name: sc.Name, About: sc.About, SHA256: sc.SHA256, Seed: sc.Seed, Currency: sc.Currency,
		},
		Run: RunInfo{
			Duration: e.horizon.Seconds(), Warmup: e.warmup.Seconds(), WarmupRule: e.rule,
			Replications: e.most(), Confidence: sc.Run.Confidence, PrecisionReached: reached,
		},
		Warnings: slices.Concat(warnings(sc), e.notes, e.leaking(), e.stalling(), e.backlog()),
	}
	r.Warnings = append(r.Warnings, e.open(reached)...)
	for l := range sc.Layouts {
		r.Strategies = append(r.Strategies, e.strategy(l))
		if e.heard != nil {
			r.Tasks = append(r.Tasks, e.heard[l].tasks...)
			r.Attempts = append(r.Attempts, e.heard[l].attempts...)
		}
	}
	r.Comparisons = e.compare()
	r.Figures, r.Exact = e.figures(), e.exact
	r.CopyOf = sc.CopyOf
	r.Checks = e.check()
	return r
}

// warnings are those of the file by its name alone: what is found does not depend on the folder it was read in.
func warnings(sc *scenarios.Scenario) (said []string) {
	for _, w := range sc.Warned {
		w.File = filepath.Base(w.File)
		said = append(said, w.String())
	}
	return said
}

func (e *engine) strategy(l int) Strategy {
	layout := &e.sc.Layouts[l]
	s := Strategy{Name: layout.Name, Slots: layout.Slots(), Replications: len(e.samples[l]), WhatIf: layout.WhatIf, Costs: e.cost(l), Leaks: e.leaks(l), Leaky: e.leaky(l), Stalls: e.stalls(l)}
	s.Cost = s.Costs.hourly()
	s.Changes, _ = strategies.Simplicity(&e.sc.Layouts[e.sc.Baseline], layout, e.sc.Classes)
	if e.heard != nil {
		s.Timeline = e.heard[l].Timeline
	}
	for c := range e.sc.Classes {
		class := e.class(l, c)
		class.Queue = layout.Queues[layout.ClassQueue[c]].Name
		class.Exposure = e.exposure(l, c)
		e.targets(c, func(o *workloads.SLO, target int) { class.SLO = append(class.SLO, e.judge(l, c, o, target).SLO) })
		s.Classes = append(s.Classes, class)
	}
	all := e.class(l, len(e.sc.Classes))
	s.All = &all
	for q := range layout.Queues {
		s.Queues = append(s.Queues, Queue{
			Name:       layout.Queues[q].Name,
			LengthMean: e.over(l, func(s *sample) float64 { return s.queues[q] }),
			LengthMax:  e.largest(l, func(s *sample) float64 { return s.longest[q] }),
		})
	}
	for g := range layout.Groups {
		s.Workers = append(s.Workers, e.group(l, g))
	}
	seen := map[int]bool{}
	for _, kind := range layout.Nodes {
		if !seen[kind] {
			seen[kind] = true
			m := Machine{Name: e.sc.Machines[kind].Name, CPUUtilization: e.over(l, e.load(layout.Nodes, kind))}
			e.resources(l, kind, &m)
			s.Machines = append(s.Machines, m)
		}
	}
	s.Egress = e.egress(l)
	s.Memory = e.memoryCourse(l)
	if e.watched() {
		s.Faults = e.faults(l)
	}
	s.Breaches, s.Compromised = e.breaches(l), e.compromised(l)
	for q, load := range e.loads[l] {
		if load.Unstable {
			s.Unstable = append(s.Unstable, Unstable{
				Queue: layout.Queues[q].Name, Offered: load.Offered, Capacity: load.Capacity,
				GrowthPerHour: 3600 * load.GrowthPerSecond, By: load.By,
			})
		}
	}
	return s
}

// load is the share in use of the cores of all nodes of a kind, as long as they are there.
func (e *engine) load(nodes []int, kind int) func(*sample) float64 {
	return func(s *sample) float64 {
		sum, there := 0.0, 0.0
		for i, k := range nodes {
			if k == kind {
				sum += s.nodes[i]
				there += s.paid[i]
			}
		}
		return sum / there
	}
}

// group is what was found of one worker as written, its replicas together.
func (e *engine) group(l, g int) Worker {
	layout := &e.sc.Layouts[l]
	w := Worker{Name: layout.Groups[g]}
	replicas := 0.0
	var members []int
	for i := range layout.Workers {
		if layout.Group[i] == g {
			members = append(members, i)
			replicas++
			w.Slots += layout.Workers[i].Concurrency
		}
	}
	w.Replicas = e.over(l, func(*sample) float64 { return replicas })
	sum := func(of func(*sample, int) float64) func(*sample) float64 {
		return func(s *sample) float64 {
			total := 0.0
			for _, i := range members {
				total += of(s, i)
			}
			return total
		}
	}
	busy := sum(func(s *sample, i int) float64 { return s.busy[i] })
	slots := e.fleet(l, g, &w)
	restarts := sum(func(s *sample, i int) float64 { return s.restart[i] })
	w.SlotUtilization = e.over(l, func(s *sample) float64 { return busy(s) / slots(s) })
	w.ReservedMean = e.over(l, sum(func(s *sample, i int) float64 { return s.kept[i] }))
	if n := e.over(l, restarts); n != nil {
		w.Restarts = n.Value
	}
	if layout.Workers[members[0]].Pool != worker.Prefork && len(e.sc.Faults) == 0 && !planned(e.sc.Layouts) {
		w.lost = w.Restarts // such a pool is one process, and nobody asked for it to be restarted
	}
	e.memoryOf(l, members, &w)
	return w
}

// over estimates a figure of every replication of a layout.
func (e *engine) over(l int, of func(*sample) float64) *Estimate {
	values := make([]float64, len(e.samples[l]))
	for i := range e.samples[l] {
		values[i] = of(&e.samples[l][i])
	}
	return e.estimate(l, values)
}

func (e *engine) largest(l int, of func(*sample) float64) float64 {
	best := 0.0
	for i := range e.samples[l] {
		best = max(best, of(&e.samples[l][i]))
	}
	return best
}

// class is what was found of one class, or of all tasks (the last).
func (e *engine) class(l, c int) Class {
	name := "all"
	withheld := len(e.withheld[l]) > 0
	if c < len(e.sc.Classes) {
		name = e.sc.Classes[c].Name
		withheld = e.withheld[l][c]
	}
	n := float64(len(e.samples[l]))
	p := &e.pools[l].classes[c]
	per := func(count int64) float64 { return float64(count) / n }
	by := func(o worker.Outcome) float64 { return per(p.ByOutcome[o]) }
	class := Class{
		Name: name, Published: per(p.Published), Succeeded: by(worker.OK),
		Failed: by(worker.Failed) + by(worker.TimedOut), Timeout: by(worker.TimedOut), Expired: by(worker.Expired),
		Dead: by(worker.Dead), Lost: by(worker.Lost), Rejected: by(worker.Rejected),
		Unfinished: by(worker.Unfinished), Unstarted: by(worker.Unstarted), Retrying: by(worker.Retrying),
		Cut:        per(p.Cut),
		Retried:    per(p.Retried),
		Duplicated: per(p.Duplicated),
		Throughput: e.over(l, func(s *sample) float64 { return s.classes[c].throughput }),
		SLO:        []SLO{},
	}
	class.ServiceFailures = per(p.ServiceFailures)
	class.Killed = e.killed(l, c)
	if withheld || e.short {
		return class
	}
	class.Window, class.ResponseWindow = e.window(l, c, wait), e.window(l, c, response)
	class.StretchByCause = e.pools[l].stretchOf(c)
	of := func(d duration) *Quantiles { return e.quantiles(l, c, d) }
	class.Wait, class.WaitAll, class.WaitPerAttempt = of(wait), of(waitAll), of(waitPerAttempt)
	class.Response, class.Run, class.Slowdown = of(response), of(run), of(slowdown)
	if started := float64(p.Wait.Count()); started > 0 {
		class.WaitByCause = &WaitCause{
			Queue: p.InQueue.Seconds() / started, Reserved: p.InReserved.Seconds() / started, ETA: p.InETA.Seconds() / started,
		}
	}
	if c < len(e.sc.Classes) {
		e.block(&class, l, c)
	}
	if c < len(e.sc.Classes) && l == e.sc.Baseline {
		class.Observed = e.observed(c)
	}
	return class
}

func (e *engine) quantiles(l, c int, d duration) *Quantiles {
	h := histogramOf(&e.pools[l].classes[c], d)
	if h.Count() == 0 {
		return nil
	}
	rows := e.rows(l, c, d)
	of := func(s workloads.Stat) *Estimate { return rows.stat(s).estimate() }
	q := &Quantiles{
		N: float64(h.Count()) / float64(len(e.samples[l])), Max: h.Max().Seconds(), Pooled: h,
		Mean: of(average), P50: of(quantile(0.5)), P90: of(quantile(0.9)), P95: of(quantile(0.95)), P99: of(quantile(0.99)),
		P999: of(quantile(0.999)),
	}
	if (d == wait || d == response) && partial(e.reach(l, c, d)) {
		all := e.bare(l, c, d)
		for _, s := range all.samples {
			all.of = append(all.of, max(s.published-s.cut, float64(s.of[d].Count())))
		}
		all.count(e, l)
		for _, p := range []float64{0.5, 0.95, 0.99} {
			q.Due = append(q.Due, all.quantile(p).estimate())
		}
	}
	return q
}

// compare sets every layout against the baseline on the same tasks.
func (e *engine) compare() []Comparison {
	comparisons := []Comparison{}
	base := e.sc.Baseline
	for l := range e.sc.Layouts {
		if l == base {
			continue
		}
		for c := range len(e.sc.Classes) + 1 {
			if c < len(e.sc.Classes) && (e.withheld[l][c] || e.withheld[base][c]) ||
				c == len(e.sc.Classes) && len(e.withheld[l])+len(e.withheld[base]) > 0 {
				continue
			}
			for _, m := range compared {
				if !e.comparable(l, base, c, durationOf[m.Of], m.Stat) {
					continue
				}
				if cmp, ok := e.pair(l, base, c, durationOf[m.Of], m.Stat); ok {
					cmp.Metric = m
					comparisons = append(comparisons, cmp)
				}
			}
		}
	}
	return comparisons
}

// comparable says that a duration of a class is that of the same tasks under two layouts: of a layout under which many never
// start, those that did had the shorter waits.
func (e *engine) comparable(l, base, c int, d duration, s workloads.Stat) bool {
	here, there := e.reach(l, c, d), e.reach(base, c, d)
	return math.Abs(here-there) <= lostMean && (s.Kind != workloads.Quantile || min(here, there) >= s.P)
}

// reach is the share of the tasks of a class that were due, but for those cut off, that have a duration.
func (e *engine) reach(l, c int, d duration) float64 {
	p := &e.pools[l].classes[c]
	return reached(float64(histogramOf(p, d).Count()), float64(p.Published), float64(p.Cut))
}

// partial says of the share that has a duration that the others are too many for figures of it to be those of the class.
func partial(reached float64) bool { return 1-reached > lostMean }

func reached(have, published, cut float64) float64 {
	if have >= published-cut {
		return 1
	}
	return have / (published - cut)
}

func (e *engine) pair(l, base, c int, d duration, s workloads.Stat) (Comparison, bool) {
	both := e.common(l, base)
	here, there := e.rows(l, c, d).first(both).stat(s), e.rows(base, c, d).first(both).stat(s)
	if math.IsNaN(here.Value) || math.IsNaN(there.Value) || here.needs > 0 || there.needs > 0 {
		return Comparison{}, false
	}
	name := "all"
	if c < len(e.sc.Classes) {
		name = e.sc.Classes[c].Name
	}
	diff := stats.PairedDifference(here.row, there.row, both.confidence)
	rows := make([]float64, len(here.row))
	for i := range rows {
		rows[i] = here.row[i] - there.row[i]
	}
	cmp := Comparison{
		Baseline: e.sc.Layouts[base].Name, Strategy: e.sc.Layouts[l].Name, Class: name,
		Difference: newEstimate(both.level.Mean(rows)), VarianceReduction: finite(diff.VarianceReduction),
	}
	cmp.Difference.Value = here.Value - there.Value
	if there.Value > 0 {
		cmp.Ratio = newEstimate(floored(bounded(stats.RatioInterval(here.row, there.row, both.confidence))))
		cmp.Ratio.Value = here.Value / there.Value
	}
	return cmp, true
}

// floored is an interval of what cannot be below 0.
func floored(iv stats.Interval) stats.Interval {
	iv.Low = max(0, iv.Low)
	return iv
}

// open says which targets are still open, and how many replications would close them.
func (e *engine) open(reached bool) (said []string) {
	if reached || e.exact {
		return nil
	}
	for l := range e.sc.Layouts {
		for c := range e.sc.Classes {
			e.targets(c, func(o *workloads.SLO, target int) {
				j := e.judge(l, c, o, target)
				if j.Verdict != undecided || j.known {
					return
				}
				said = append(said, fmt.Sprintf("%s: %s %s is open after %s: %s", e.sc.Layouts[l].Name, e.sc.Classes[c].Name,
					o.Metric.Words(), units.Plural(len(e.samples[l]), "replication", "replications"), e.wouldTake(l, &j)))
			})
		}
	}
	if len(said) == 0 {
		said = append(said, fmt.Sprintf("the precision of %g %% was not reached in %d replications: raise run.replications.max or run.duration",
			100*e.sc.Run.Precision, e.most()))
	}
	return said
}

// wouldTake says what would decide an open target.
func (e *engine) wouldTake(l int, j *judged) string {
	n := e.takes(l, j)
	if math.IsInf(n, 1) || n > 1e6 {
		return "it lies on its target, as far as anybody can tell"
	}
	return fmt.Sprintf("about %s would decide it, or longer ones (run.replications.max, run.duration)",
		units.Plural(int(max(n, float64(len(e.samples[l])+block))), "replication", "replications"))
}
