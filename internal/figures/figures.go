package figures

import (
	"fmt"
	"math"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/workloads"
)

// Value writes a figure in the unit of its metric, or says why there is none.
func Value(metric workloads.Metric, e *experiment.Estimate) string {
	switch {
	case e == nil:
		return units.Absent
	case e.Needs > 0:
		return "needs " + roughly(e.Needs)
	case math.IsInf(e.Value, 1):
		return "never"
	}
	return metric.Show(e.Value)
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

// Interval writes where a figure lies, its unit once where both ends share it.
func Interval(metric workloads.Metric, e *experiment.Estimate) string {
	switch {
	case e == nil || e.Low == nil || e.High == nil:
		return units.Absent
	case metric.IsShare():
		return strings.TrimSuffix(units.Share(*e.Low), " %") + " .. " + units.Share(*e.High)
	default:
		return units.Range(*e.Low, *e.High)
	}
}
