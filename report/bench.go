package report

import (
	"fmt"
	"math"
	"strings"

	"example.com/simrun/internal/bench"
	"example.com/simrun/internal/units"
	"example.com/simrun/workloads"
)

// BenchDocument returns what was measured beside what was predicted.
func BenchDocument(b *bench.Result) *Document {
	d := &Document{Title: b.Scenario.Name + ", measured", Headline: benchHeadline(b), Text: benchMethod(b)}
	d.Sections = append(d.Sections,
		Section{Title: "Measured and predicted", Table: benchFigures(b)},
		Section{Title: "Runs", Table: benchRuns(b)},
		Section{Title: "How waits are spread", Plots: benchPlots(b)},
		calibration(&b.Calibration),
	)
	if b.Notes != nil {
		d.Sections = append(d.Sections, Section{Title: "Notes", Text: b.Notes})
	}
	return d
}

// benchHeadline returns the largest error of the quantiles that people plan with.
func benchHeadline(b *bench.Result) string {
	worst, where, void, runs := -1.0, "", 0, 0 // worst: 0 = all within the allowance, below 0 = nothing measured
	for i := range b.Strategies {
		s := &b.Strategies[i]
		for _, r := range s.Runs {
			runs++
			if r.Void != "" {
				void++
			}
		}
		if s.Void {
			continue
		}
		for _, c := range s.Classes {
			for _, f := range c.Figures {
				if f.Metric.Stat == workloads.Percentile(50) || f.Metric.Stat == workloads.Percentile(95) {
					e := math.Abs(f.Error)
					if f.Within {
						e = 0
					}
					if e > worst {
						worst, where = e, fmt.Sprintf("%s of %s under %s", f.Metric.Words(), c.Name, s.Name)
					}
				}
			}
		}
	}
	said := "No run counts: nothing was measured."
	switch {
	case worst == 0:
		said = "The prediction is within 1 ms of the measurement at p50 and p95."
	case worst > 0:
		said = fmt.Sprintf("The prediction is within %s of the measurement at p50 and p95; furthest off is %s.", units.Share(worst), where)
	}
	if void > 0 {
		said += fmt.Sprintf(" %d of %s void, through no fault of the workers: the table of runs says why.", void, units.Plural(runs, "run is", "runs are"))
	}
	if b.Interrupted {
		said += " Interrupted: these are the measurements until then."
	}
	return said
}

func benchMethod(b *bench.Result) []string {
	speed := ""
	if b.Speed != 1 {
		speed = fmt.Sprintf(" Everything happened %s times as fast as the scenario says; durations are those of the run.", units.Number(b.Speed))
	}
	return []string{
		fmt.Sprintf("%s of %s, %s each, bodies run by %s, seed %d. Arrivals are open loop and waits count from the intended arrival; rounds have tasks of their own unless they are recorded.%s The prediction is the simulation of the same tasks on this machine, as calibrated.",
			units.Plural(b.Rounds, "round", "rounds"), units.Plural(len(b.Strategies), "strategy", "strategies"), units.Duration(b.For), executors[b.Executor], b.Scenario.Seed, speed),
		"Rule: " + b.Rule + ".",
	}
}

var executors = map[string]string{"goroutine": "goroutines", "thread": "threads", "process": "processes"}

// benchFigures returns the table of figures: what was measured, over what range of runs, and how far off predictions are.
func benchFigures(b *bench.Result) *Table {
	replayed := false
	for i := range b.Strategies {
		for _, c := range b.Strategies[i].Classes {
			for _, f := range c.Figures {
				replayed = replayed || f.Replayed != nil
			}
		}
	}
	t := &Table{Head: []string{"strategy", "class", "metric", "measured", "runs", "predicted", "error"}, Text: 3}
	if replayed {
		t.Head = append(t.Head, "replayed", "replay error")
	}
	for i := range b.Strategies {
		s := &b.Strategies[i]
		g := Group{Name: s.Name}
		if s.Void {
			g.Mark = "void"
		}
		for _, c := range s.Classes {
			for _, f := range c.Figures {
				runs := units.Absent // one has no range
				if f.Low < f.High {
					runs = units.Range(f.Low, f.High)
				}
				row := []string{c.Name, f.Metric.Words(), units.Duration(f.Measured), runs, units.Duration(f.Predicted), errorOf(f.Error, f.Within)}
				if replayed && f.Replayed != nil {
					row = append(row, units.Duration(*f.Replayed), errorOf(*f.ReplayError, f.ReplayWithin))
				} else if replayed {
					row = append(row, units.Absent, units.Absent)
				}
				g.Rows = append(g.Rows, row)
			}
		}
		if g.Rows != nil {
			t.Groups = append(t.Groups, g)
		}
	}
	t.note("Error: (predicted - measured) / measured, or / 1 ms where less was measured. A difference of up to 1 ms counts as none: a real clock is no more exact. Runs: the smallest and the largest of the runs, and beyond them what could have moved them.")
	if replayed {
		t.note("Replayed: simulated with the times that bodies really took, so that only the order of service is predicted.")
	}
	return t
}

func errorOf(x float64, within bool) string {
	if within {
		return "< 1 ms"
	}
	return relativeError(x)
}

// relativeError writes a relative error with its sign.
func relativeError(x float64) string {
	if x > 0 {
		return "+" + units.Share(x)
	}
	if x < 0 {
		return "-" + units.Share(-x)
	}
	return units.Share(x)
}

// benchRuns returns the table of runs, with what speaks against one.
func benchRuns(b *bench.Result) *Table {
	t := &Table{Head: []string{"strategy", "round", "tasks", "ok", "not ok", "loop\nlag p99", "send\nlag p99", "others'\ncores", "p95\nmoved", "leaks", "verdict"}, Text: 1}
	for i := range b.Strategies {
		s := &b.Strategies[i]
		g := Group{Name: s.Name}
		for _, r := range s.Runs {
			verdict := "counts"
			if r.Void != "" {
				verdict = "void"
				t.note("%s, round %d: void, %s.", s.Name, r.Round, r.Void)
			}
			if r.Killed+r.Died > 0 {
				t.note("%s, round %d: %s killed at a limit or with their worker, %s died.", s.Name, r.Round, units.Plural(r.Killed, "child", "children"), units.Plural(r.Died, "child", "children"))
			}
			count := func(n int64) string { return units.Count(float64(n)) }
			g.Rows = append(g.Rows, []string{
				count(int64(r.Round)), count(r.Published), count(r.Succeeded), count(r.Published - r.Succeeded),
				units.Duration(r.LagP99), units.Duration(r.SendLagP99), units.Number(math.Round(r.Others*100) / 100), units.Share(r.Moved), count(int64(r.Leaks)), verdict,
			})
		}
		if g.Rows != nil {
			t.Groups = append(t.Groups, g)
			t.note("%s: %s tasks/s done, %s predicted.", s.Name, units.Number(s.Throughput), units.Number(s.Predicted))
		}
	}
	t.note("Others' cores: what other processes used meanwhile. Where tasks compute, the prediction is for a machine as busy as it was during calibration.")
	return t
}

// benchPlots returns the distributions of waits, one plot a class and strategy.
func benchPlots(b *bench.Result) (plots []Plot) {
	const points = 400
	for i := range b.Strategies {
		s := &b.Strategies[i]
		for _, c := range s.Classes {
			lines := []Line{{Name: "predicted", Values: bench.Values(c.Waits.Predicted, points)}}
			if v := bench.Values(c.Waits.Replayed, points); v != nil {
				lines = append(lines, Line{Name: "replayed", Values: v})
			}
			for _, h := range c.Waits.Measured {
				lines = append(lines, Line{Name: "measured, " + units.Plural(len(c.Waits.Measured), "run", "runs"), Values: bench.Values(h, points), Observed: true})
			}
			if p, ok := CDF("bench-wait-"+s.Name+"-"+c.Name, s.Name+": how long "+c.Name+" waits", "wait, from intended arrival to start", lines); ok {
				plots = append(plots, p)
			}
		}
	}
	return plots
}

// CalibrationDocument returns what was measured of a machine, and the entry of a scenario that says so.
func CalibrationDocument(c *bench.Calibration) *Document {
	s := calibration(c)
	s.Title = ""
	return &Document{
		Title: "This machine", Headline: fmt.Sprintf("%s, of which computing threads get %s.", units.Plural(c.Cores, "core", "cores"), units.Share(c.Efficiency)),
		Sections: []Section{s, {
			Title: "For a scenario", Code: fmt.Sprintf("machines:\n  this: {cores: %d, efficiency: %s}", c.Cores, units.Number(c.Efficiency)),
		}},
	}
}

func calibration(c *bench.Calibration) Section {
	t := &Table{Head: []string{"executor", "sleep overshoots,\nmean", "p99", "overhead a task,\nmean", "p99", "timers late,\nmean", "p99"}, Text: 1, Groups: []Group{{}}}
	for _, e := range c.Executors {
		row := []string{e.Name}
		for _, s := range []bench.Spread{e.Overshoot, e.Overhead, e.Lag} {
			row = append(row, units.Duration(s.Mean), units.Duration(s.P99))
		}
		t.Groups[0].Rows = append(t.Groups[0].Rows, row)
		if e.Spawn > 0 {
			t.note("A new child process takes tasks after %s.", units.Duration(e.Spawn))
		}
	}
	t.note("Means leave out the longest 1 %%. The prediction adds them to every sleep, task and timer.")
	var effective []string
	for n, e := range c.Effective {
		effective = append(effective, fmt.Sprintf("%s of %d", units.Number(e), n+1))
	}
	rank := "The system did not give the harness priority over the bodies it measures, so it is more easily late."
	if c.Raised {
		rank = "The harness has priority over the bodies it measures."
	}
	return Section{
		Title: "This machine, as calibrated", Table: t,
		Text: []string{
			fmt.Sprintf("Cores' worth of work by number of threads that compute: %s. Efficiency %s.", strings.Join(effective, ", "), units.Number(c.Efficiency)), rank,
		},
	}
}
