package stats

import "math"

func expCDF(x float64) float64 { return -math.Expm1(-max(0, x)) }
