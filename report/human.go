package report

import (
	"fmt"
	"math"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// figure writes one value of a metric in the metric's own unit.
func figure(metric string, x float64) string {
	if isShare(metric) {
		return units.Share(x)
	}
	if metric == doneBy {
		return fmt.Sprintf("%02d:%02d", int(x)/3600, int(x)/60%60)
	}
	if strings.HasPrefix(metric, "slowdown") {
		return units.Number(x) + "x"
	}
	return units.Duration(x)
}

// isShare tells the shares (loss, failed, expired, duplicates) from the statistics of durations (wait.p95).
func isShare(metric string) bool { return !strings.Contains(metric, ".") && metric != doneBy }

// doneBy is the target on the hour by which everything has ended, in seconds of the day.
const doneBy = "done_by"

// metricName is a metric as people say it: wait p95.
func metricName(metric string) string { return strings.Replace(metric, ".", " ", 1) }

func value(metric string, e *experiment.Estimate) string {
	switch {
	case e == nil:
		return units.Absent
	case e.Needs > 0:
		return "needs " + roughly(e.Needs)
	case math.IsInf(e.Value, 1):
		return "never"
	}
	return figure(metric, e.Value)
}

// roughly writes a number of tasks in two digits.
func roughly(n int64) string {
	switch {
	case n < 1000:
		return units.Count(float64(n))
	case n < 1_000_000:
		return fmt.Sprintf("%.0fk", math.Ceil(float64(n)/1e3))
	}
	return fmt.Sprintf("%.1fM", math.Ceil(float64(n)/1e5)/10)
}

func interval(metric string, e *experiment.Estimate) string {
	switch {
	case e == nil || e.Low == nil || e.High == nil:
		return units.Absent
	case isShare(metric):
		return strings.TrimSuffix(units.Share(*e.Low), " %") + " .. " + units.Share(*e.High)
	case strings.HasPrefix(metric, "slowdown"):
		return units.Number(*e.Low) + " .. " + units.Number(*e.High) + "x"
	default:
		return units.Range(*e.Low, *e.High)
	}
}
