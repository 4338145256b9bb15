// Package stats turns replications into answers: intervals, tests, warm-up
// detection, sequential stopping and selection of the best.
//
// Its unit of evidence is one number per replication, held in a []float64.
// It must not know where the numbers come from: no scenario, no strategy, no
// clock and no random stream. Every function is pure; none keeps or changes
// its arguments, and the same input gives the same output to the last bit.
//
// # Conventions
//
// A confidence is a share such as 0.95, two-sided unless said otherwise. An
// interval that the data cannot support has NaN bounds, never a made-up width.
// Lengths that do not match and shares outside (0, 1) are our own bugs, and
// panic with the prefix "stats:".
//
// # Where to look
//
//	level              the intervals of results: means and ratios of sums, skewness allowed for
//	interval, student  Student's interval, and the distribution under it
//	paired, ratio      two strategies on the same tasks
//	proportion         shares of windows, and what was never seen
//	screen             which strategy may be the best
//	correlation        for how long a series remembers
//	stopping, slope    how many replications; where a line has its root
//	wasserstein        how far two samples are apart
//
// # Example
//
//	d := stats.PairedDifference(pooled, separated, 0.95)
//	if d.Low > 0 {
//		// pooled waits longer on the same tasks, by d.Low to d.High
//	}
package stats
