package recordings_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/workloads"
)

func draw(t *testing.T, law workloads.Dist, err error, n int) []float64 {
	t.Helper()
	require.NoError(t, err)
	s := des.NewStream(des.NewKey(7))
	x := make([]float64, n)
	for i := range x {
		x[i] = law.Draw(s)
	}
	return x
}

// A law fitted to its own draws is found again, and fits best.
func TestLaws(t *testing.T) {
	exponential, e1 := workloads.Exponential(0.3)
	gamma, e2 := workloads.Gamma(5, 0.4)
	lognormal, e3 := workloads.Lognormal(0.25, 1.5)
	weibull, e4 := workloads.Weibull(60, 0.3)
	for _, c := range []struct {
		name string
		law  workloads.Dist
		err  error
	}{{"exponential", exponential, e1}, {"gamma", gamma, e2}, {"lognormal", lognormal, e3}, {"weibull", weibull, e4}} {
		t.Run(c.name, func(t *testing.T) {
			fits := recordings.Laws(draw(t, c.law, c.err, 5000))
			require.Len(t, fits, 4)
			best := fits[0]
			if c.name == "exponential" { // two laws have it as a special case
				for _, f := range fits {
					if f.Name == c.name {
						assert.InDelta(t, best.AIC, f.AIC, 6)
						best = f
					}
				}
			}
			assert.Equal(t, c.name, best.Name)
			assert.Less(t, best.KS, 1.63/math.Sqrt(5000), "the 1 % point for a law that was not fitted")
			assert.Less(t, best.Anderson, 3.86, "likewise")
			assert.Less(t, best.W1, 0.06)
			mean := 0.0
			for i := range 1000 {
				mean += best.Quantile((float64(i)+0.5)/1000) / 1000
			}
			assert.InEpsilon(t, c.law.Mean(), mean, 0.08)
			assert.Greater(t, fits[3].Anderson, best.Anderson)
		})
	}
}

func TestLawsNeedSomethingToFit(t *testing.T) {
	assert.Empty(t, recordings.Laws([]float64{1, 2, 3}))
	assert.Empty(t, recordings.Laws(make([]float64, 100)))
	rounded := make([]float64, 100)
	for i := range rounded {
		rounded[i] = float64(i) + 0.1 - float64(i) // 0.1, but for its last digits
	}
	assert.Empty(t, recordings.Laws(rounded))
	fits := recordings.Laws([]float64{0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 1})
	require.Len(t, fits, 4)
	for _, f := range fits {
		assert.False(t, math.IsNaN(f.AIC) || math.IsInf(f.AIC, 0), "%s: zeros have a density", f.Name)
	}
}
