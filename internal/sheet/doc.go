// Package sheet reads and writes CSV files with a header: traces, recorded runs, attempts. All of them are as strict, and say what is
// wrong in the same words, "NAME:LINE: COLUMN: message", up to 20 problems a file.
//
// It does not know what a column means.
//
//	in := sheet.New("trace.csv", file, []string{"due", "class"}, "id")
//	for in.Next() {
//		due := in.Number("due", "want seconds >= 0", func(x float64) bool { return x >= 0 })
//	}
//	err := in.Err()
package sheet
