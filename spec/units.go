package spec

import "strconv"

// Pair is an entry of a map whose names are the user's own and whose values are plain. The order counts where it does in
// a file.
type Pair struct {
	Name  string
	Value any
}

// PerSecond is a rate.
func PerSecond(x float64) string { return plain(x) + "/s" }

// Percent is a share.
func Percent(x float64) string { return plain(x) + "%" }

// MiB is a size.
func MiB(x float64) string { return plain(x) + "MiB" }

func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
