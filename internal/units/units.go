package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Absent stands for a figure that does not exist.
const Absent = "–"

// Duration writes seconds with three significant digits in the unit that suits them: 183 ms, 1.24 s, 2 m 5 s.
func Duration(s float64) string {
	switch {
	case math.IsNaN(s) || math.IsInf(s, 0):
		return Absent
	case s == 0:
		return "0 s"
	case math.Abs(s) < 0.9995e-6: // no clock of a worker tells these apart
		return "< 1 µs"
	case s < 0:
		return "-" + Duration(-s)
	}
	s = significant(s)
	switch {
	case s < 1e-3:
		return Number(s*1e6) + " µs"
	case s < 1:
		return Number(s*1e3) + " ms"
	case s < 60:
		return Number(s) + " s"
	case s < 3599.5: // from here on it rounds to an hour
		return twoUnits(s, 60, "m", "s")
	case s < 86400-30:
		return twoUnits(s/60, 60, "h", "m")
	default:
		return twoUnits(s/3600, 24, "d", "h")
	}
}

// twoUnits splits a number of small units into large ones of size each: 125 s -> "2 m 5 s".
func twoUnits(small, size float64, large, unit string) string {
	n := math.Round(small)
	whole, rest := math.Floor(n/size), math.Mod(n, size)
	if rest == 0 {
		return fmt.Sprintf("%.0f %s", whole, large)
	}
	return fmt.Sprintf("%.0f %s %.0f %s", whole, large, rest, unit)
}

// significant rounds what is below a minute to three digits, so that 0.9996 is written in seconds, not as 1000 ms.
func significant(x float64) float64 {
	if x == 0 || x >= 1000 {
		return x
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 2, 64), 64)
	if err != nil {
		return x
	}
	if x >= 60 {
		return x
	}
	return r
}

// Number writes three significant digits without an exponent or trailing zeros.
func Number(x float64) string {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(x)))))
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Range writes an interval of durations, the unit once where both ends share it: 183 .. 201 ms. Ends that differ by less
// than their second unit have a third one: 1 h 5 s .. 1 h 20 s.
func Range(low, high float64) string {
	l, h := Duration(low), Duration(high)
	if l == h && low < high && low >= 3599.5 {
		return finer(low) + " .. " + finer(high)
	}
	if lf, hf := strings.Fields(l), strings.Fields(h); len(lf) == 2 && len(hf) == 2 && lf[1] == hf[1] {
		l = lf[0]
	}
	return l + " .. " + h
}

// Share writes a share as a percentage, with enough digits never to round to all or nothing: 99.98 %.
func Share(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Absent
	}
	p := x * 100
	if p == 0 || p == 100 {
		return Number(p) + " %"
	}
	if p > 99 && p < 100 { // three digits of what is missing would be too many: show where it differs from all
		for digits := 1; digits <= 6; digits++ {
			if s := strconv.FormatFloat(p, 'f', digits, 64); !strings.HasPrefix(s, "100") {
				return s + " %"
			}
		}
		return "> 99.999999 %"
	}
	return Number(p) + " %"
}

// Count writes a mean number of tasks: whole above 100, three digits below, thousands apart.
func Count(x float64) string {
	if math.Abs(x) < 100 {
		return Number(x)
	}
	s := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:] // a thin space would be finer, but not every terminal has one
	}
	return s
}

// Plural writes n things.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// finer writes seconds with every unit that is not 0.
func finer(s float64) string {
	var parts []string
	left := math.Round(s)
	for _, u := range []struct {
		name string
		size float64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := math.Floor(left / u.size); n > 0 {
			parts = append(parts, fmt.Sprintf("%.0f %s", n, u.name))
			left -= n * u.size
		}
	}
	return strings.Join(parts, " ")
}
