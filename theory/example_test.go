package theory_test

import (
	"fmt"

	"example.com/simrun/theory"
)

// van Dijk's example: short tasks of half a minute and long ones of five share
// two workers. Pooling them makes the mean wait longer.
func Example() {
	short := theory.MMC{Lambda: 5.0 / 3, Mu: 2, C: 1}
	long := theory.MMC{Lambda: 1.0 / 6, Mu: 0.2, C: 1}
	separate := (short.Lambda*short.MeanWait() + long.Lambda*long.MeanWait()) / (short.Lambda + long.Lambda)
	pool := theory.NewPooled(5.0/3, 0.5, 1.0/6, 5, 2)

	fmt.Printf("separate %.3f min (short %.1f, long %.1f)\n", separate, short.MeanWait(), long.MeanWait())
	fmt.Printf("pooled   %.3f min\n", pool.MeanWait())
	// Output:
	// separate 4.545 min (short 2.5, long 25.0)
	// pooled   6.038 min
}

// How many workers keep 99 % of the responses below 0.6 s?
func ExampleMinServers() {
	c := theory.MinServers(900, 10, func(q theory.MMC) bool {
		return q.ResponseQuantile(0.99) <= 0.6
	})
	fmt.Println(c)
	// Output: 92
}
