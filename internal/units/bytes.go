package units

import "math"

// Bytes writes a size with three significant digits in the unit that suits it: 512 KiB, 1.5 GiB.
func Bytes(b float64) string {
	switch {
	case math.IsNaN(b) || math.IsInf(b, 0):
		return Absent
	case b < 0:
		return "-" + Bytes(-b)
	case b == 0:
		return "0 B"
	}
	names := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	n := 0
	for b >= 999.5 && n < len(names)-1 { // 1000 MiB would be four digits
		b /= 1024
		n++
	}
	return Number(b) + " " + names[n]
}
