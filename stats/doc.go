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
// panic with the prefix "stats:". What a user can cause (NewKN with an
// indifference of zero) is returned as an error.
//
// # Where to look
//
//	interval, paired, ratio    figures with intervals; common random numbers
//	proportion, quantile       shares, rare events, order statistics
//	warmup, batch              one long run: truncation, autocorrelation
//	stopping, control          how many replications, and how to need fewer
//	kn, rinott, ocba           which strategy is best
//	holm                       many comparisons at once
//	ranksum, ks, anderson,     two samples: tests and distances
//	welch, wasserstein
//	binomial, student          the distributions underneath
//
// # Example
//
//	d := stats.PairedDifference(pooled, separated, 0.95)
//	if d.Low > 0 {
//		// pooled waits longer on the same tasks, by d.Low to d.High
//	}
package stats
