package stats_test

import (
	"fmt"

	"example.com/simrun/stats"
)

// Two layouts met the same tasks in six replications. The paired interval shows
// what two separate ones would hide.
func Example() {
	pooled := []float64{6.1, 5.2, 7.4, 6.6, 5.9, 6.8}
	separated := []float64{4.4, 3.9, 5.5, 4.7, 4.5, 4.8}

	wait := stats.MeanInterval(pooled, 0.95)
	fmt.Printf("pooled waits %.2f s [%.2f, %.2f]\n", wait.Value, wait.Low, wait.High)

	d := stats.PairedDifference(pooled, separated, 0.95)
	fmt.Printf("longer by %.2f s [%.2f, %.2f], variance reduced by %.0f %%\n",
		d.Value, d.Low, d.High, 100*d.VarianceReduction)
	fmt.Println("within 10 %:", stats.PrecisionReached(d.Interval, 0.10))
	// Output:
	// pooled waits 6.33 s [5.53, 7.14]
	// longer by 1.70 s [1.40, 2.00], variance reduced by 90 %
	// within 10 %: false
}
