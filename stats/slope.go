package stats

// Slope returns the least-squares slope of y over x, in y's unit per x's: sum (x-xbar)(y-ybar) / sum (x-xbar)^2. NaN
// when x does not vary. It panics when the lengths differ.
func Slope(x, y []float64) float64 {
	mustPair(x, y)
	return comoment(x, y) / comoment(x, x)
}
