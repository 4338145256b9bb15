package workloads_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// class is one with a single io phase.
func class(name string, p workloads.Process, demand workloads.Dist) workloads.Class {
	return workloads.Class{
		Class: worker.Class{Name: name}, Queue: name,
		Arrivals: workloads.Arrivals{Process: p},
		Work:     []workloads.Phase{{Kind: workloads.IO, Demand: demand}},
	}
}

// law is a law with what is known of it from elsewhere: moments by hand, the distribution function from gonum or in
// closed form.
type law struct {
	name     string
	dist     workloads.Dist
	mean, cv float64
	cdf      func(float64) float64 // nil: not continuous
	text     string
}

func gammaCDF(shape, mean float64) func(float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: shape / mean}.CDF
}

func exponentialCDF(mean float64) func(float64) float64 {
	return func(x float64) float64 { return -math.Expm1(-x / mean) }
}

func paretoCDF(low, alpha, high float64) func(float64) float64 {
	return func(x float64) float64 {
		return (1 - math.Pow(low/x, alpha)) / (1 - math.Pow(low/high, alpha))
	}
}

var laws = []law{
	{"constant", must(workloads.Constant(0.02)), 0.02, 0, nil, "20ms"},
	{"exponential", must(workloads.Exponential(3)), 3, 1, exponentialCDF(3), "{exponential: 3s}"},
	{"erlang", must(workloads.Erlang(2, 4)), 2, 0.5, gammaCDF(4, 2), "{erlang: {mean: 2s, k: 4}}"},
	{"gamma", must(workloads.Gamma(5, 0.8)), 5, 0.8, gammaCDF(1.5625, 5), "{gamma: {mean: 5s, cv: 0.8}}"},
	{"gamma of shape below 1", must(workloads.Gamma(0.5, 2)), 0.5, 2, gammaCDF(0.25, 0.5), "{gamma: {mean: 500ms, cv: 2}}"},
	{
		"lognormal", must(workloads.Lognormal(90, 0.5)), 90, 0.5,
		distuv.LogNormal{Mu: math.Log(90) - math.Log(1.25)/2, Sigma: math.Sqrt(math.Log(1.25))}.CDF, "{lognormal: {mean: 90s, cv: 0.5}}",
	},
	{
		"lognormal quantiles", must(workloads.LognormalQuantiles(0.04, 0.4)), 0.065282, 1.28980,
		distuv.LogNormal{Mu: math.Log(0.04), Sigma: math.Log(10) / distuv.UnitNormal.Quantile(0.99)}.CDF, "{lognormal: {p50: 40ms, p99: 400ms}}",
	},
	{"weibull", must(workloads.Weibull(1, math.Sqrt(5))), 1, math.Sqrt(5), // shape 1/2: E = 2 scale, E2 = 24 scale^2
		distuv.Weibull{K: 0.5, Lambda: 0.5}.CDF, "{weibull: {mean: 1s, cv: 2.23606797749979}}"},
	{"weibull of shape 2", must(workloads.Weibull(60, math.Sqrt(4/math.Pi-1))), 60, math.Sqrt(4/math.Pi - 1), // Rayleigh
		distuv.Weibull{K: 2, Lambda: 120 / math.Sqrt(math.Pi)}.CDF, fmt.Sprintf("{weibull: {mean: 1m, cv: %v}}", math.Sqrt(4/math.Pi-1))},
	// low 1, max e, alpha 1: E = e/(e-1), E2 = e
	{
		"pareto of alpha 1", must(workloads.Pareto(math.E/(math.E-1), 1, math.E)), math.E / (math.E - 1), (math.E - 1) * math.Sqrt(1/math.E-1/((math.E-1)*(math.E-1))),
		paretoCDF(1, 1, math.E), "{pareto: {mean: 1.581976707s, alpha: 1, max: 2.718281828s}}",
	},
	{
		"pareto without bound", must(workloads.Pareto(1.5, 3, math.Inf(1))), 1.5, 1 / math.Sqrt(3),
		paretoCDF(1, 3, math.Inf(1)), "{pareto: {mean: 1.5s, alpha: 3}}",
	},
	// low 1, max 16, alpha 1/2: E = (1/2)(16^(1/2) - 1)/(1/2)/(3/4) = 4; E2 = (1/2)(16^(3/2) - 1)/(3/2)/(3/4) = 28
	{"bounded pareto", must(workloads.Pareto(4, 0.5, 16)), 4, math.Sqrt(28.0/16 - 1), paretoCDF(1, 0.5, 16), "{pareto: {mean: 4s, alpha: 0.5, max: 16s}}"},
	{"hyperexponential", must(workloads.Hyperexponential(1, 3)), 1, 3, func(x float64) float64 {
		p := (1 + math.Sqrt(0.8)) / 2
		return p*exponentialCDF(1/(2*p))(x) + (1-p)*exponentialCDF(1/(2*(1-p)))(x)
	}, "{hyperexponential: {mean: 1s, cv: 3}}"},
	// E = 2, E2 = 2 (3/4 x 1 + 1/4 x 25) = 14
	{"hyperexponential branches", must(workloads.HyperexponentialBranches([]float64{1, 5}, []float64{3, 1})), 2, math.Sqrt(14.0/4 - 1), func(x float64) float64 {
		return 0.75*exponentialCDF(1)(x) + 0.25*exponentialCDF(5)(x)
	}, "{hyperexponential: {means: [1s, 5s], weights: [3, 1]}}"},
	{"uniform", must(workloads.Uniform(1, 3)), 2, 1 / math.Sqrt(12), func(x float64) float64 { return (x - 1) / 2 }, "{uniform: [1s, 3s]}"},
	{"empirical", must(workloads.Empirical([]float64{1, 2, 6})), 3, math.Sqrt(14.0/3) / 3, nil, "{empirical: [1s, 2s, 6s]}"},
	// E = 1/2 x 1 + 1/2 x 3 = 2, E2 = 1/2 x 1 + 1/2 x 18 = 9.5
	{
		"mixture", must(workloads.Mixture([]float64{1, 1}, []workloads.Dist{must(workloads.Constant(1)), must(workloads.Exponential(3))})), 2, math.Sqrt(9.5/4 - 1), nil,
		"{mixture: [{weight: 1, of: 1s}, {weight: 1, of: {exponential: 3s}}]}",
	},
}

const draws = 40_000

func sample(d workloads.Dist, seed uint64) []float64 {
	s := des.NewStream(des.NewKey(seed))
	x := make([]float64, draws)
	for i := range x {
		x[i] = d.Draw(s)
	}
	return x
}

func mean(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s = %v, want %v within %v", what, got, want, within)
	}
}

func TestLawsSayTheirMoments(t *testing.T) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			near(t, "Mean()", l.dist.Mean(), l.mean, 1e-4*l.mean)
			near(t, "CV()", l.dist.CV(), l.cv, 1e-4*l.cv)
			if got := l.dist.String(); got != l.text {
				t.Errorf("String() = %s, want %s", got, l.text)
			}
		})
	}
}

func TestDrawsHaveTheirMoments(t *testing.T) {
	for i, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			x := sample(l.dist, uint64(i))
			sd := l.cv * l.mean
			near(t, "mean of draws", mean(x), l.mean, 4*sd/math.Sqrt(draws)+1e-12)
			// The variance is compared with its own standard error, estimated from the sample, where that is any guide.
			if l.cv > 2 || l.name == "pareto without bound" {
				return
			}
			var second, fourth float64
			for _, v := range x {
				d := (v - l.mean) * (v - l.mean)
				second += d / draws
				fourth += d * d / draws
			}
			near(t, "variance of draws", second, sd*sd, 5*math.Sqrt(max(0, fourth-second*second)/draws)+1e-12)
		})
	}
}

// TestDrawsFollowTheirLaw compares the empirical distribution function with the law's: the Kolmogorov-Smirnov distance
// exceeds 1.95/sqrt(n) with chance 0.001.
func TestDrawsFollowTheirLaw(t *testing.T) {
	for i, l := range laws {
		if l.cdf == nil {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			x := sample(l.dist, 100+uint64(i))
			slices.Sort(x)
			var far float64
			for i, v := range x {
				f := l.cdf(v)
				far = max(far, f-float64(i)/draws, float64(i+1)/draws-f)
			}
			if far > 1.95/math.Sqrt(draws) {
				t.Errorf("distance %.4f from the law, want at most %.4f", far, 1.95/math.Sqrt(draws))
			}
		})
	}
}

func TestLognormalQuantilesAreHit(t *testing.T) {
	x := sample(must(workloads.LognormalQuantiles(0.04, 0.4)), 9)
	for _, c := range []struct{ bound, share float64 }{{0.04, 0.5}, {0.4, 0.99}} {
		below := 0
		for _, v := range x {
			if v <= c.bound {
				below++
			}
		}
		near(t, fmt.Sprintf("share of draws up to %v", c.bound), float64(below)/draws, c.share, 4*math.Sqrt(c.share*(1-c.share)/draws))
	}
}

func TestExtremeParametersKeepTheirMean(t *testing.T) {
	for _, d := range []workloads.Dist{
		must(workloads.Gamma(1, 1e-7)), must(workloads.Lognormal(1, 1e-6)), must(workloads.Weibull(1, 0.001)),
		must(workloads.Hyperexponential(1, 1)), must(workloads.Pareto(1, 0.01, 3)), must(workloads.Pareto(1, 1000, 1.01)),
		must(workloads.Pareto(1, 1.2, 1e6)),
	} {
		x := sample(d, 3)
		near(t, d.String(), mean(x), 1, 5*d.CV()/math.Sqrt(draws)+1e-9)
	}
}

func TestInfiniteVariance(t *testing.T) {
	d := must(workloads.Pareto(1, 1.5, math.Inf(1)))
	m := must(workloads.Mixture([]float64{1, 0}, []workloads.Dist{must(workloads.Constant(1)), d}))
	if !math.IsInf(d.CV(), 1) {
		t.Errorf("CV = %v, want +Inf", d.CV())
	}
	if m.CV() != 0 {
		t.Errorf("CV of a mixture that never draws it = %v, want 0", m.CV())
	}
}

func TestWrongParameters(t *testing.T) {
	first := func(_ workloads.Dist, err error) error { return err }
	one := must(workloads.Constant(1))
	for _, c := range []struct {
		err  error
		want string
	}{
		{first(workloads.Constant(-1)), "value: -1: want a finite number >= 0"},
		{first(workloads.Constant(math.NaN())), "value: NaN"},
		{first(workloads.Exponential(0)), "mean: 0: want a finite number > 0"},
		{first(workloads.Erlang(1, 0)), "k: 0: want at least 1"},
		{first(workloads.Erlang(0, 1)), "mean: 0"},
		{first(workloads.Gamma(1, 0)), "cv: 0"},
		{first(workloads.Gamma(1, 1e7)), "cv: 1e+07: want 1e-7..1e6"},
		{first(workloads.Gamma(-1, 1)), "mean: -1"},
		{first(workloads.Lognormal(math.Inf(1), 1)), "mean: +Inf"},
		{first(workloads.Lognormal(1, -1)), "cv: -1"},
		{first(workloads.Lognormal(1, 1e200)), "cv: 1e+200"},
		{first(workloads.LognormalQuantiles(1, 1)), "p99: 1: want a finite number > p50, which is 1"},
		{first(workloads.LognormalQuantiles(0, 1)), "p50: 0"},
		{first(workloads.LognormalQuantiles(1e-300, 1e300)), "overflows"},
		{first(workloads.Weibull(1, 1e9)), "cv: 1e+09: want"},
		{first(workloads.Weibull(0, 1)), "mean: 0"},
		{first(workloads.Pareto(1, 2, 1)), "max: 1: want more than the mean, which is 1"},
		{first(workloads.Pareto(1, 1, math.Inf(1))), "alpha: 1: want more than 1"},
		{first(workloads.Pareto(1, 0, 2)), "alpha: 0"},
		{first(workloads.Pareto(0, 2, 2)), "mean: 0"},
		{first(workloads.Pareto(1e-300, 0.01, 1e300)), "mean: 1e-300"},
		{first(workloads.Hyperexponential(1, 0.9)), "cv: 0.9: want 1..1e6"},
		{first(workloads.Hyperexponential(0, 2)), "mean: 0"},
		{first(workloads.HyperexponentialBranches([]float64{1, 0}, []float64{1, 1})), "mean: 0"},
		{first(workloads.HyperexponentialBranches([]float64{1, 2}, []float64{1})), "weights: 1: want 2"},
		{first(workloads.HyperexponentialBranches(nil, nil)), "weights: want at least 1"},
		{first(workloads.Uniform(-1, 1)), "lower bound: -1"},
		{first(workloads.Uniform(2, 2)), "upper bound: 2: want a finite number > 2"},
		{first(workloads.Empirical(nil)), "values: want at least 1"},
		{first(workloads.Empirical([]float64{1, -2})), "value: -2"},
		{first(workloads.Mixture([]float64{0}, []workloads.Dist{one})), "sum of weights: 0"},
		{first(workloads.Mixture([]float64{-1}, []workloads.Dist{one})), "weight: -1"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
}

func TestDurationsAreWrittenWithWholeUnits(t *testing.T) {
	for _, c := range []struct {
		seconds float64
		want    string
	}{
		{0, "0s"},
		{1e-9, "0.000001ms"},
		{0.0015, "1.5ms"},
		{0.02, "20ms"},
		{1, "1s"},
		{1.25, "1.25s"},
		{90, "90s"},
		{120, "2m"},
		{5400, "90m"},
		{7200, "2h"},
		{86400, "1d"},
		{1e12, "1e+12s"},
	} {
		if got := must(workloads.Constant(c.seconds)).String(); got != c.want {
			t.Errorf("%v seconds = %s, want %s", c.seconds, got, c.want)
		}
	}
	long := must(workloads.Empirical(make([]float64, 1000))).String()
	if !strings.Contains(long, "... 1000 values]") {
		t.Errorf("a long sample is written as %s", long)
	}
}

func TestDrawingAllocatesNothing(t *testing.T) {
	s := des.NewStream(des.NewKey(1))
	for _, l := range laws {
		if n := testing.AllocsPerRun(100, func() { l.dist.Draw(s) }); n != 0 {
			t.Errorf("%s: %v allocations a draw", l.name, n)
		}
	}
}

// TestAPartOfWeightZeroIsNeverDrawn guards the ends of the cumulated weights.
func TestAPartOfWeightZeroIsNeverDrawn(t *testing.T) {
	zero, one := must(workloads.Constant(0)), must(workloads.Constant(1))
	d := must(workloads.Mixture([]float64{0, 0.1, 0.2, 0.7, 0}, []workloads.Dist{zero, one, one, one, zero}))
	if low := slices.Min(sample(d, 1)); low != 1 {
		t.Errorf("drew %v from a part of weight 0", low)
	}
}
