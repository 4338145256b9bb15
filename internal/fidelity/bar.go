package fidelity

import "math"

// allowed is always within the bar, in seconds: what a scheduler of the operating system adds or saves here and there.
const allowed = 0.005

// chance is by how many tasks a count may be off: which attempt a crash or a race catches is luck.
const chance = 2

// throughputBar is the relative bar of tasks a second.
const throughputBar = 0.02

// Relative bars of durations. Sleeping tasks depend on who is served when, which is Celery's to decide and ours to
// know. CPU-heavy ones also depend on how the kernel shares the cores, where a few per cent of CPU move waits by tens
// of per cent.
var (
	sleepingBars = map[string]float64{"mean": 0.05, "p50": 0.10, "p90": 0.05, "p95": 0.05, "p99": 0.08}
	cpuHeavyBars = map[string]float64{"mean": 0.10, "p50": 0.12, "p90": 0.12, "p95": 0.12, "p99": 0.18}
)

// settle fills in what follows from the predicted value and those of the runs: the mean of reality, the error, the
// noise, the bar, and whether it holds. NaN stands for a figure that one side does not have.
func (f *Figure) settle(cpuHeavy bool) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range f.Runs {
		f.Observed += x / float64(len(f.Runs))
		low, high = min(low, x), max(high, x)
	}
	spread := high - low
	f.Error, f.Noise = relative(f.Predicted-f.Observed, f.Observed), math.NaN() // one run says nothing of noise
	if len(f.Runs) > 1 {
		f.Noise = relative(spread, f.Observed)
	}
	var bar float64 // absolute
	switch f.Metric {
	case Tasks:
		f.Bar = chance
		bar = chance
	case Throughput:
		f.Bar = throughputBar
		bar = throughputBar * f.Observed
	default:
		bars := sleepingBars
		if cpuHeavy {
			bars = cpuHeavyBars
		}
		f.Bar = bars[f.Stat]
		bar = max(allowed, f.Bar*f.Observed)
	}
	const rounding = 1e-9 // of sums: a count off by exactly the bar is within it
	f.Holds = math.Abs(f.Predicted-f.Observed) <= max(bar, spread)+rounding
}

func relative(difference, of float64) float64 {
	if difference == 0 {
		return 0
	}
	return difference / of
}
