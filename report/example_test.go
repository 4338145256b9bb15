package report_test

import (
	"fmt"

	"simrun/report"
)

func Example() {
	fmt.Println(report.Duration(0.1834), "to", report.Duration(125))
	fmt.Println(report.Range(0.183, 0.201))
	fmt.Println(report.Share(0.99987))
	// Output:
	// 183 ms to 2 m 5 s
	// 183 .. 201 ms
	// 99.99 %
}
