package recordings

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Fit is a law fitted to a sample of durations, and how well it fits.
type Fit struct {
	Law      string // as a scenario writes it
	Name     string
	AIC      float64 // 2 x parameters - 2 log likelihood: smaller is better
	Anderson float64 // A², which weighs the tails
	KS       float64 // largest distance of the distribution functions
	W1       float64 // mean distance between quantiles, over the mean
	Quantile func(p float64) float64
}

// law is a fitted distribution.
type law interface {
	LogProb(x float64) float64
	CDF(x float64) float64
	Quantile(p float64) float64
}

// shortest is what a run time of 0 is taken for: laws have no density there.
const shortest = 1e-6

// Laws fits exponential, gamma, lognormal and Weibull laws by maximum likelihood, the best by AIC first. None where
// the sample has fewer than 10 values or hardly varies.
func Laws(sample []float64) []Fit {
	x := slices.Clone(sample)
	for i := range x {
		x[i] = max(x[i], shortest)
	}
	slices.Sort(x)
	n := float64(len(x))
	if _, cv := moments(x); len(x) < 10 || cv < 1e-4 { // of a constant, rounded, no law can be told
		return nil
	}
	var mean, meanLog, squareLog float64
	for _, v := range x {
		mean += v / n
		meanLog += math.Log(v) / n
	}
	for _, v := range x {
		d := math.Log(v) - meanLog
		squareLog += d * d / n
	}
	shape := gammaShape(math.Log(mean) - meanLog)
	k := weibullShape(x, meanLog)
	scale := 0.0
	for _, v := range x {
		scale += math.Pow(v/x[len(x)-1], k) / n
	}
	scale = x[len(x)-1] * math.Pow(scale, 1/k)
	weibullMean := scale * math.Gamma(1+1/k)
	weibullCV := math.Sqrt(max(0, math.Gamma(1+2/k)/math.Pow(math.Gamma(1+1/k), 2)-1))
	sigma := math.Sqrt(squareLog)
	lognormalMean := math.Exp(meanLog + squareLog/2)
	two := func(name string, mean, cv float64) string {
		return fmt.Sprintf("{%s: {mean: %s, cv: %s}}", name, rounded(mean), number(significant(cv)))
	}
	fits := []Fit{
		measure(x, "exponential", 1, distuv.Exponential{Rate: 1 / mean}, "{exponential: "+rounded(mean)+"}"),
		measure(x, "gamma", 2, distuv.Gamma{Alpha: shape, Beta: shape / mean}, two("gamma", mean, 1/math.Sqrt(shape))),
		measure(x, "lognormal", 2, distuv.LogNormal{Mu: meanLog, Sigma: sigma}, two("lognormal", lognormalMean, math.Sqrt(math.Expm1(squareLog)))),
		measure(x, "weibull", 2, distuv.Weibull{K: k, Lambda: scale}, two("weibull", weibullMean, weibullCV)),
	}
	slices.SortStableFunc(fits, func(a, b Fit) int {
		switch {
		case a.AIC < b.AIC:
			return -1
		case a.AIC > b.AIC:
			return 1
		}
		return 0
	})
	return fits
}

// measure says how well a law with so many parameters fits a sorted sample.
func measure(x []float64, name string, parameters int, l law, text string) Fit {
	n := float64(len(x))
	f := Fit{Law: text, Name: name, Quantile: l.Quantile}
	mean, logs, squares := 0.0, 0.0, 0.0
	for i, v := range x {
		mean += v / n
		logs += l.LogProb(v)
		p := min(max(l.CDF(v), 1e-15), 1-1e-15)
		q := min(max(l.CDF(x[len(x)-1-i]), 1e-15), 1-1e-15)
		squares += (2*float64(i) + 1) * (math.Log(p) + math.Log1p(-q))
		f.KS = max(f.KS, p-float64(i)/n, float64(i+1)/n-p)
		f.W1 += math.Abs(v-l.Quantile((float64(i)+0.5)/n)) / n
	}
	f.AIC = 2*float64(parameters) - 2*logs
	f.Anderson = -n - squares/n // Anderson and Darling, 1954
	f.W1 /= mean
	return f
}

// gammaShape solves ln k - digamma(k) = s, the likelihood equation, by Newton's method from Minka's start.
func gammaShape(s float64) float64 {
	k := (3 - s + math.Sqrt((s-3)*(s-3)+24*s)) / (12 * s)
	for range 20 {
		step := (math.Log(k) - mathext.Digamma(k) - s) / (1/k - mathext.Zeta(2, k))
		if next := k - step; next > 0 {
			k = next
		} else {
			k /= 2
		}
		if math.Abs(step) < 1e-12*k {
			break
		}
	}
	return k
}

// weibullShape solves sum(x^k ln x)/sum(x^k) - 1/k = mean ln x, whose left side rises with k, by bisection.
func weibullShape(x []float64, meanLog float64) float64 {
	top := x[len(x)-1]
	excess := func(k float64) float64 {
		var a, b float64
		for _, v := range x {
			w := math.Pow(v/top, k)
			a += w * math.Log(v)
			b += w
		}
		return a/b - 1/k - meanLog
	}
	low, high := 1e-3, 1e3
	for range 100 {
		if mid := math.Sqrt(low * high); excess(mid) < 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return math.Sqrt(low * high)
}

// rounded writes a duration with four significant digits.
func rounded(s float64) string { return duration(significant(s)) }

func significant(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-3)
	return math.Round(x/unit) * unit
}
