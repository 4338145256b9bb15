package report

import (
	"example.com/simrun/internal/figures"
	"example.com/simrun/workloads"
)

// What is no metric is written as one of its kind.
var (
	duration = workloads.Metric{}
	portion  = workloads.Metric{Share: workloads.Loss}
)

var (
	value    = figures.Value
	interval = figures.Interval
)
