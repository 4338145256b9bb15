package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// StudentQuantile returns the p-quantile of Student's t with df degrees of
// freedom (df > 0, not necessarily whole). It panics when p is outside (0, 1).
//
// Source: Abramowitz & Stegun 26.5.27, P(|T| > t) = I_{df/(df+t^2)}(df/2, 1/2),
// inverted and then polished by Newton steps on the distribution function.
func StudentQuantile(p, df float64) float64 {
	mustShare("p", p)
	if !(df > 0) {
		panic("stats: degrees of freedom must be positive")
	}
	if math.IsInf(df, 1) {
		return normalQuantile(p)
	}
	tail := p
	if p > 0.5 {
		tail = 1 - p
	}
	if tail == 0.5 {
		return 0
	}
	x := mathext.InvRegIncBeta(df/2, 0.5, 2*tail)
	t := math.Sqrt(df * (1 - x) / x)
	for range 3 {
		step := (studentTail(t, df) - tail) / studentDensity(t, df)
		if math.IsNaN(step) || math.IsInf(step, 0) {
			break
		}
		t += step
	}
	if p < 0.5 {
		return -t
	}
	return t
}

// studentTail is P(T > t) for t >= 0.
func studentTail(t, df float64) float64 {
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t)) / 2
}

func studentDensity(t, df float64) float64 {
	lg := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	return math.Exp(lg((df+1)/2)-lg(df/2)-(df+1)/2*math.Log1p(t*t/df)) / math.Sqrt(df*math.Pi)
}

// studentP is the two-sided p-value of an observed t.
func studentP(t, df float64) float64 {
	return 2 * studentTail(math.Abs(t), df)
}

// normalQuantile is the p-quantile of the standard normal.
func normalQuantile(p float64) float64 {
	return mathext.NormalQuantile(p)
}
