package sheet

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
)

// Write writes a header and n rows.
func Write(w io.Writer, columns []string, n int, row func(i int) []string) error {
	out := csv.NewWriter(w)
	err := out.Write(columns)
	for i := 0; i < n && err == nil; i++ {
		cells := row(i)
		for k, text := range cells {
			cells[k] = Plain(text)
		}
		err = out.Write(cells)
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return err
}

// Plain is a cell that no spreadsheet takes for a formula: names may begin as one does. Reading takes the mark off again.
func Plain(text string) string {
	if formula(text) {
		return mark + text
	}
	return text
}

// mark is what spreadsheets take for the beginning of a text.
const mark = "'"

func formula(text string) bool {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err != nil
}

// Seconds writes a number of seconds with all its digits; NaN, which is what an empty cell is read as, as an empty cell.
func Seconds(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
