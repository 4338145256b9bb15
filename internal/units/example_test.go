package units_test

import (
	"fmt"

	"example.com/simrun/internal/units"
)

func Example() {
	fmt.Println(units.Duration(0.1834), "to", units.Duration(125))
	fmt.Println(units.Range(0.183, 0.201))
	fmt.Println(units.Share(0.99987))
	// Output:
	// 183 ms to 2 m 5 s
	// 183 .. 201 ms
	// 99.99 %
}
