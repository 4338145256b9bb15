package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ClopperPearson returns the share x/n with the exact binomial interval: never
// below its nominal coverage. It panics when x is
// outside [0, n]; with n = 0 everything is NaN.
//
// Source: Clopper & Pearson, Biometrika 26 (1934) 404, as quantiles of
// Beta(x, n-x+1) and Beta(x+1, n-x).
func ClopperPearson(x, n int, confidence float64) Interval {
	mustCount(x, n, confidence)
	if n == 0 {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	alpha := 1 - confidence
	iv := Interval{Value: float64(x) / float64(n), Low: 0, High: 1}
	if x > 0 {
		iv.Low = betaQuantile(alpha/2, float64(x), float64(n-x+1))
	}
	if x < n {
		iv.High = 1 - betaQuantile(alpha/2, float64(n-x), float64(x+1))
	}
	return iv
}

// RuleOfThree returns 3/n: the upper 95 % bound of a probability whose event
// was not seen in n independent trials (from (1-p)^n = 0.05; a little too high
// for n < 30). It is +Inf when n is 0.
//
// Source: Hanley & Lippman-Hand, JAMA 249 (1983) 1743.
func RuleOfThree(n int) float64 { return 3 / float64(n) }

// betaQuantile is gonum's inverse, polished by Newton steps on the
// distribution function.
func betaQuantile(p, a, b float64) float64 {
	x := mathext.InvRegIncBeta(a, b, p)
	for range 3 {
		density := math.Exp((a-1)*math.Log(x) + (b-1)*math.Log1p(-x) - mathext.Lbeta(a, b))
		next := x - (mathext.RegIncBeta(a, b, x)-p)/density
		if !(next > 0 && next < 1) {
			break
		}
		x = next
	}
	return x
}

func mustCount(x, n int, confidence float64) {
	mustShare("confidence", confidence)
	if x < 0 || x > n {
		panic("stats: a count must lie between 0 and the number of trials")
	}
}
