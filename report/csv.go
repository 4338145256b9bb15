package report

import (
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/sheet"
)

// records collects records and writes them at once; csv.Writer remembers the first error.
type records struct {
	rows [][]string
	key  []string // strategy, and class or worker
}

func (r *records) write(w io.Writer) error {
	for _, row := range r.rows {
		for i, cell := range row {
			row[i] = sheet.Plain(cell)
		}
	}
	return csv.NewWriter(w).WriteAll(r.rows)
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// plain adds a figure that has no interval.
func (r *records) plain(metric string, x float64) {
	r.rows = append(r.rows, []string{r.key[0], r.key[1], metric, number(x), "", ""})
}

// estimate adds a figure; one that could not be estimated has no row.
func (r *records) estimate(metric string, e *experiment.Estimate) {
	if !e.Known() {
		return
	}
	row := []string{r.key[0], r.key[1], metric, number(e.Value), "", ""}
	if e.Low != nil {
		row[4] = number(*e.Low)
	}
	if e.High != nil {
		row[5] = number(*e.High)
	}
	r.rows = append(r.rows, row)
}

func (r *records) quantiles(metric string, q *experiment.Quantiles) {
	if q == nil {
		return
	}
	r.plain(metric+".n", q.N)
	for _, s := range []struct {
		name string
		e    *experiment.Estimate
	}{{"mean", q.Mean}, {"p50", q.P50}, {"p90", q.P90}, {"p95", q.P95}, {"p99", q.P99}, {"p999", q.P999}} {
		r.estimate(metric+"."+s.name, s.e)
	}
	r.plain(metric+".max", q.Max)
}

// ClassesCSV writes classes.csv: one row a strategy, class and figure. Durations are in seconds; the class "(all)" is
// all tasks together.
func ClassesCSV(w io.Writer, r *experiment.Result) error {
	out := &records{rows: [][]string{{"strategy", "class", "metric", "value", "low", "high"}}}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		for j := range s.Classes {
			out.key = []string{s.Name, s.Classes[j].Name}
			out.class(&s.Classes[j])
		}
		if s.All != nil {
			out.key = []string{s.Name, "(all)"}
			out.class(s.All)
		}
	}
	return out.write(w)
}

func (r *records) class(c *experiment.Class) {
	for _, n := range []struct {
		name string
		x    float64
	}{
		{"published", c.Published},
		{"succeeded", c.Succeeded},
		{"failed", c.Failed},
		{"timeout", c.Timeout},
		{"expired", c.Expired},
		{"dead", c.Dead},
		{"lost", c.Lost},
		{"rejected", c.Rejected},
		{"unfinished", c.Unfinished},
		{"unstarted", c.Unstarted},
		{"retrying", c.Retrying},
		{"retried", c.Retried},
		{"duplicated", c.Duplicated},
	} {
		r.plain(n.name, n.x)
	}
	r.estimate("throughput", c.Throughput)
	r.quantiles("wait", c.Wait)
	r.quantiles("wait_all", c.WaitAll)
	r.quantiles("wait_per_attempt", c.WaitPerAttempt)
	r.quantiles("response", c.Response)
	r.quantiles("run", c.Run)
	r.quantiles("slowdown", c.Slowdown)
	if k := c.Killed; k != nil {
		r.plain("killed.attempts", k.Attempts)
		r.plain("killed.lost", k.Lost)
		r.plain("killed.again", k.Again)
		r.plain("killed.wasted", k.Wasted)
	}
	if c.WaitByCause != nil {
		r.plain("wait_by_cause.queue", c.WaitByCause.Queue)
		r.plain("wait_by_cause.reserved", c.WaitByCause.Reserved)
	}
	if b := c.Blocked; b != nil {
		r.plain("blocked.total", b.Total)
		for _, name := range slices.Sorted(maps.Keys(b.By)) {
			r.plain("blocked.by."+name, b.By[name])
		}
		r.plain("blocked.replaced", b.Replaced)
		r.plain("blocked.idle", b.Idle)
		r.plain("blocked.absent", b.Absent)
		r.plain("blocked.countdown", b.Countdown)
		r.plain("blocked.elsewhere", b.Elsewhere)
	}
	if w := c.BlockedWorst; w != nil {
		r.plain("blocked_worst.waiting", w.Waiting)
		for _, name := range slices.Sorted(maps.Keys(w.By)) {
			r.plain("blocked_worst.by."+name, w.By[name])
		}
	}
	r.exposure(c)
	for _, t := range c.SLO {
		r.plain("slo."+t.Metric.String()+".target", t.Target)
		r.estimate("slo."+t.Metric.String()+".value", t.Value)
		r.estimate("slo."+t.Metric.String()+".attained", t.Attained)
	}
}

// WorkersCSV writes workers.csv: one row a strategy, worker and figure.
func WorkersCSV(w io.Writer, r *experiment.Result) error {
	out := &records{rows: [][]string{{"strategy", "worker", "metric", "value", "low", "high"}}}
	for i := range r.Strategies {
		for _, k := range r.Strategies[i].Workers {
			out.key = []string{r.Strategies[i].Name, k.Name}
			out.estimate("replicas", k.Replicas)
			if k.Fleet != nil {
				out.estimate("booting", k.Fleet.Booting)
				out.plain("ordered", k.Fleet.Ordered)
				out.plain("removed", k.Fleet.Removed)
				out.plain("scaled_in.interrupted", k.ScaledIn.Interrupted)
				out.plain("scaled_in.wasted", k.ScaledIn.Wasted)
			}
			out.plain("slots", float64(k.Slots))
			out.estimate("slot_utilization", k.SlotUtilization)
			out.estimate("reserved_mean", k.ReservedMean)
			out.plain("restarts", k.Restarts)
			if k.MemoryMax != nil {
				out.plain("memory_max", *k.MemoryMax)
				out.plain("killed", *k.Killed)
			}
		}
	}
	return out.write(w)
}
