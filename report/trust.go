package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// trust says in one sentence how far the answer can be trusted: how precise, how well checked, and on what inputs.
func trust(r *experiment.Result) string {
	s := fmt.Sprintf("How sure: %s intervals from %s, simulation noise for exactly these inputs, not certainty about production",
		units.Share(r.Run.Confidence), r.Ran())
	switch {
	case r.Run.Replications == 1:
		s = "How sure: one replication, without intervals"
	case !r.Run.PrecisionReached:
		s += "; the requested precision was not reached"
	}
	if m := r.Verdict.ModelError; m != nil {
		s += fmt.Sprintf("; such predictions were within %s of real Celery", units.Share(m.P95))
	} else {
		s += "; such predictions have not been verified against real Celery"
	}
	n := r.Verdict.Inputs
	return s + fmt.Sprintf("; %d of %d inputs about tasks were measured.", n.Measured, n.Measured+n.Assumed)
}

// verified says against what predictions of this kind were held, and what was assumed.
func verified(sc *scenarios.Scenario, r *experiment.Result) string {
	n := r.Verdict.Inputs
	s := fmt.Sprintf("Of the inputs about tasks, %d of %d were measured; the others are assumed.", n.Measured, n.Measured+n.Assumed)
	if n := len(sc.Assumptions); n > 0 {
		s += fmt.Sprintf(" %s filled in that the file does not state.", units.Plural(n, "input was", "inputs were"))
	}
	return s
}

// bandOf is what one window can show of a target's figure; nil where it has none.
func bandOf(c *experiment.Class, m workloads.Metric) *experiment.Band {
	w := c.Window
	if m.Of == worker.Response {
		w = c.ResponseWindow
	}
	if w == nil || m.IsShare() || m.HasBy || m.Of == worker.Run {
		return nil
	}
	switch {
	case m.Stat.Kind == workloads.Mean:
		return w.Mean
	case m.Stat == workloads.Percentile(50):
		return w.P50
	case m.Stat == workloads.Percentile(95):
		return w.P95
	case m.Stat == workloads.Percentile(99):
		return w.P99
	}
	return nil
}

// oneWindow says what a dashboard would show of the deciding figure of today's layout, which is known much better.
func oneWindow(r *experiment.Result) string {
	s := strategyOf(r, r.Verdict.Baseline)
	if s == nil {
		return ""
	}
	d := decides(r, s)
	if d.slo == nil {
		return ""
	}
	b := bandOf(classOf(s, d.class), d.slo.Metric)
	if b == nil {
		return ""
	}
	return fmt.Sprintf("A dashboard that shows one window may show a %s anywhere from %s today.", d.name(), strings.Replace(units.Range(b.Low, b.High), " .. ", " to ", 1))
}

// choices is the table of layouts on the page: what each makes of its deciding target, at what price.
func choices(r *experiment.Result) *grid {
	windows, paid, same := false, false, true
	first := ""
	for i := range r.Strategies {
		s := &r.Strategies[i]
		d := decides(r, s)
		if i == 0 {
			first = d.name()
		}
		same = same && d.name() == first
		windows = windows || d.slo != nil && bandOf(classOf(s, d.class), d.slo.Metric) != nil
		paid = paid || s.Costs != nil && s.Costs.PerMonth != nil
	}
	head, text := []string{"verdict", "decides", "figure", "", "interval"}, 3
	if same && first != "" {
		o := decides(r, &r.Strategies[0]).slo
		head, text = []string{"verdict", fmt.Sprintf("%s, target %s", first, o.Metric.Show(o.Target)), "", "interval"}, 2
	}
	if windows {
		head = append(head, "one window shows")
	}
	head = append(head, "against today", "headroom")
	if paid {
		head = append(head, inCurrency(r, "cost/month"))
	}
	g := byStrategy(r, "Layouts", 2, append(head, "changes"), func(s *experiment.Strategy) [][]string {
		d := decides(r, s)
		aim, iv := units.Absent, units.Absent
		if d.slo != nil {
			aim, iv = d.name()+", "+d.slo.Metric.Show(d.slo.Target), interval(d.slo.Metric, d.slo.Value)
		}
		row := []string{worded(passing(s)), aim, d.figure(s), against(&d), iv}
		if text == 2 {
			row = slices.Delete(row, 1, 2)
		}
		if windows {
			shown := units.Absent
			if d.slo != nil {
				if b := bandOf(classOf(s, d.class), d.slo.Metric); b != nil {
					shown = units.Range(b.Low, b.High)
				}
			}
			row = append(row, shown)
		}
		row = append(row, or(againstToday(r, s, d)), load(r, s))
		if paid {
			row = append(row, costs(s, false)[1])
		}
		return [][]string{append(row, changes(r, s))}
	})
	g.Text = text
	g.note("The bar ends at the figure; the line across it is the target. Interval: where the figure itself lies. One window: what a dashboard of one window may show. ~: no difference is shown. Headroom: up to how many times today's load the layout still passes.")
	return g
}

// worded is the verdict on a layout as the tables of targets have it.
func worded(passes string) string {
	switch passes {
	case "yes":
		return "pass"
	case "no":
		return "fail"
	case "open":
		return "undecided"
	case "close":
		return "marginal"
	}
	return passes
}

// method says how the figures were made.
func method(r *experiment.Result) []string {
	run := &r.Run
	warmup := "Nothing was deleted as warm-up (" + run.WarmupRule + ")."
	if run.Warmup > 0 {
		warmup = fmt.Sprintf("The first %s of each replication were deleted as warm-up (%s).", units.Duration(run.Warmup), run.WarmupRule)
	}
	reached := "Replications were added to a strategy until each of its targets was decided, its interval wholly on one side; without targets, until its mean responses were known to the requested precision."
	if !run.PrecisionReached {
		reached = "More replications were not allowed, or would not have helped, before everything was decided: figures whose interval contains their target are undecided."
	}
	figures := fmt.Sprintf("Every figure is that of all tasks of all replications together, waits of zero included. Its interval, at %s confidence, comes from the spread between replications. Attained shares are counted task by task.", units.Share(run.Confidence))
	if run.Replications == 1 {
		reached, figures = "", "With a single replication there are no intervals. Attained shares are counted task by task. Quantiles include waits of zero."
	}
	return []string{
		fmt.Sprintf("%s of %s of virtual time, %s events in all, from seed %d. %s %s", r.Ran(), units.Duration(run.Duration), units.Count(float64(run.Events)), r.Scenario.Seed, warmup, reached),
		figures,
		"Every strategy meets exactly the same tasks (common random numbers): arrivals, work, failures and retries are drawn per task, not in the order in which a layout happens to serve them. So differences between strategies are known better than the figures themselves; they are of the replications that both have.",
		"The intervals are simulation noise for exactly these inputs. They are not certainty about production: wrong inputs give precise wrong answers.",
		modelError(r),
	}
}

func modelError(r *experiment.Result) string {
	if r.Verdict.ModelError == nil {
		return "How far predictions for this kind of workload (pool, broker, share of CPU) are off has not been measured against real Celery: the model error is unknown."
	}
	m := r.Verdict.ModelError
	return fmt.Sprintf("Predictions of this kind (%s) were compared with recordings of real Celery (docs/fidelity.md): nine of ten p95 figures of wait and response were within %s of reality. A target that is met by less than that is marginal, not passed.", m.Preset, units.Share(m.P95))
}
