package report

import (
	"fmt"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/workloads"
)

// causes says who waits for what.
func causes(r *experiment.Result) *grid {
	g := byStrategy(r, "Mean wait by cause", 1, []string{"class", "mean wait", "in the broker", "reserved by a worker", "share reserved"}, func(s *experiment.Strategy) (rows [][]string) {
		for j := range s.Classes {
			c := &s.Classes[j]
			if c.WaitByCause == nil || c.Wait == nil || c.Wait.Mean == nil {
				continue
			}
			w := c.WaitByCause
			part := units.Absent
			if sum := w.Queue + w.Reserved; sum > 0 {
				part = units.Share(w.Reserved / sum)
			}
			rows = append(rows, []string{c.Name, value(duration, c.Wait.Mean), units.Duration(w.Queue), units.Duration(w.Reserved), part})
		}
		return rows
	})
	g.note("Reserved: prefetched by a worker whose slots are busy. Another worker with a free slot cannot take such a task.")
	return g
}

// workers returns how busy each worker is.
func workers(r *experiment.Result) *grid {
	scaled := false
	var cut []string
	g := byStrategy(r, "Workers", 1, []string{"worker", "replicas", "slots", "slot utilization", "interval", "reserved", "restarts"}, func(s *experiment.Strategy) (rows [][]string) {
		for _, w := range s.Workers {
			reserved := units.Absent
			if w.ReservedMean != nil {
				reserved = units.Number(w.ReservedMean.Value)
			}
			slots := fmt.Sprint(w.Slots)
			if w.Fleet != nil {
				slots, scaled = "up to "+slots, true
			}
			if in := w.ScaledIn; in != nil && in.Interrupted > 0 {
				cut = append(cut, fmt.Sprintf("Replicas of %s of %s that went cut short %s runs in a replication, which had taken %s in all.",
					w.Name, s.Name, units.Count(in.Interrupted), units.Duration(in.Wasted)))
			}
			rows = append(rows, []string{w.Name, replicas(w), slots, value(portion, w.SlotUtilization), interval(portion, w.SlotUtilization), reserved, units.Count(w.Restarts)})
		}
		return rows
	})
	if scaled {
		g.note("Where replicas follow the load, their number is the mean over time, and slot utilization is that of the slots present.")
	}
	for _, sentence := range cut {
		g.note("%s", sentence)
	}
	return g
}

// differences returns each strategy against the baseline, on the same tasks.
func differences(r *experiment.Result) *grid {
	g := byStrategy(r, "Against today", 2, []string{"class", "metric", "difference", "interval", "ratio"}, func(s *experiment.Strategy) (rows [][]string) {
		for _, c := range r.Comparisons {
			if c.Strategy != s.Name || c.Difference == nil {
				continue
			}
			ratio := units.Absent
			if c.Ratio != nil {
				ratio = units.Number(c.Ratio.Value) + "x"
			}
			apart := difference(&c)
			if apart == noDifference {
				ratio = noDifference
			}
			rows = append(rows, []string{c.Class, c.Metric.Words(), apart, interval(c.Metric, c.Difference), ratio})
		}
		return rows
	})
	g.note("Strategy minus baseline. Both met exactly the same tasks (common random numbers), so these intervals are narrower than those of the figures themselves. ~: the interval holds zero, so no difference is shown.")
	return g
}

func signed(metric workloads.Metric, x float64) string {
	if s := metric.Show(x); x > 0 && !strings.HasPrefix(s, "<") {
		return "+" + s
	}
	return metric.Show(x)
}

// checks returns what must hold in every run.
func checks(r *experiment.Result) *grid {
	g := &grid{Title: "Checks", Head: []string{"check", "strategy", "expected", "observed", "interval", "holds"}, Text: 2, Groups: []group{{}}}
	for _, c := range r.Checks {
		seen, iv := units.Absent, units.Absent
		if c.Observed != nil {
			seen = units.Number(c.Observed.Value)
			if spread(c.Observed) {
				iv = units.Number(*c.Observed.Low) + " .. " + units.Number(*c.Observed.High)
			}
		}
		holds := "yes"
		if !c.OK {
			holds = "NO"
		}
		g.Groups[0].Rows = append(g.Groups[0].Rows, []string{c.Name, c.Strategy, units.Number(c.Expected), seen, iv, holds})
	}
	return g
}

// Target is one target and what came of it, as a sentence.
func Target(class string, t *experiment.SLO) string {
	seen := "no figure, the queue is unstable"
	switch {
	case t.Value != nil && !t.Value.Known() && t.Attained != nil:
		seen = units.Share(t.Attained.Value) + " within it"
	case t.Value != nil:
		seen = value(t.Metric, t.Value)
	}
	return fmt.Sprintf("%s of %s %s: %s against %s", t.Metric.Words(), class, said(t.Verdict), seen, t.Metric.Show(t.Target))
}

func replicas(w experiment.Worker) string {
	if w.Replicas == nil {
		return units.Absent
	}
	if w.Fleet != nil {
		return units.Number(w.Replicas.Value) // over time
	}
	return units.Count(w.Replicas.Value)
}
