package sheet

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
)

// Write writes a header and n rows.
func Write(w io.Writer, columns []string, n int, row func(i int) []string) error {
	out := csv.NewWriter(w)
	err := out.Write(columns)
	for i := 0; i < n && err == nil; i++ {
		err = out.Write(row(i))
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return err
}

// Seconds writes a number of seconds with all its digits; NaN, which is what an empty cell is read as, as an empty cell.
func Seconds(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
