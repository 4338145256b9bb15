package report

import (
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// figure writes one value of a metric in the metric's own unit.
func figure(metric string, x float64) string {
	if isShare(metric) {
		return units.Share(x)
	}
	if strings.HasPrefix(metric, "slowdown") {
		return units.Number(x) + "x"
	}
	return units.Duration(x)
}

// isShare tells the shares (loss, failed, expired, duplicates) from the statistics of durations (wait.p95).
func isShare(metric string) bool { return !strings.Contains(metric, ".") }

// metricName is a metric as people say it: wait p95.
func metricName(metric string) string { return strings.Replace(metric, ".", " ", 1) }

func value(metric string, e *experiment.Estimate) string {
	if e == nil {
		return units.Absent
	}
	return figure(metric, e.Value)
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
