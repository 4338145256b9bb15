package workloads

import (
	"fmt"
	"math"

	"example.com/simrun/des"
)

type lognormal struct {
	mu, sigma float64 // of the logarithm
	mean, cv  float64
	text      string
}

// Lognormal is exp(N) with N normal of variance σ² = ln(1+cv²) and mean μ = ln(mean) - σ²/2.
func Lognormal(mean, cv float64) (Dist, error) {
	if err := positive("mean", mean); err != nil {
		return nil, err
	}
	if err := positive("cv", cv); err != nil {
		return nil, err
	}
	variance := math.Log1p(cv * cv)
	if math.IsInf(variance, 0) {
		return nil, fmt.Errorf("cv: %v: want at most 1e150", cv)
	}
	return lognormal{
		mu: math.Log(mean) - variance/2, sigma: math.Sqrt(variance), mean: mean, cv: cv,
		text: "{lognormal: {mean: " + seconds(mean) + ", cv: " + number(cv) + "}}",
	}, nil
}

// LognormalQuantiles returns the lognormal law with this median and this 0.99-quantile, two numbers that dashboards show.
func LognormalQuantiles(p50, p99 float64) (Dist, error) {
	if err := positive("p50", p50); err != nil {
		return nil, err
	}
	if !(p99 > p50) || math.IsInf(p99, 0) {
		return nil, fmt.Errorf("p99: %v: want a finite number > p50, which is %v", p99, p50)
	}
	l := lognormal{
		mu: math.Log(p50), sigma: math.Log(p99/p50) / normal99,
		text: "{lognormal: {p50: " + seconds(p50) + ", p99: " + seconds(p99) + "}}",
	}
	l.mean = math.Exp(l.mu + l.sigma*l.sigma/2)
	l.cv = math.Sqrt(math.Expm1(l.sigma * l.sigma))
	if math.IsInf(l.mean, 0) {
		return nil, fmt.Errorf("p99: %v: too far from p50, which is %v: the mean overflows", p99, p50)
	}
	return l, nil
}

// normal99 is the 0.99-quantile of the standard normal law.
const normal99 = 2.3263478740408408

func (l lognormal) Draw(s *des.Stream) float64 {
	return math.Exp(l.mu + float64(l.sigma*s.NormFloat64()))
}
func (l lognormal) Mean() float64  { return l.mean }
func (l lognormal) CV() float64    { return l.cv }
func (l lognormal) String() string { return l.text }
