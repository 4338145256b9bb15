package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClopperPearsonNeverUndercovers(t *testing.T) {
	const n = 25
	for _, p := range []float64{0.01, 0.1, 0.37, 0.5, 0.93} {
		var exactly, score float64
		for x := range n + 1 {
			weight := binomialCDF(x, n, p) - binomialCDF(x-1, n, p)
			if ClopperPearson(x, n, 0.9).Contains(p) {
				exactly += weight
			}
			if Wilson(x, n, 0.9).Contains(p) {
				score += weight
			}
		}
		assert.GreaterOrEqual(t, exactly, 0.9, "p=%v", p)
		assert.InDelta(t, 0.9, score, 0.08, "p=%v: Wilson is right on average", p)
	}
}

func TestProportionEdges(t *testing.T) {
	assert.True(t, math.IsNaN(Wilson(0, 0, 0.95).Value))
	assert.True(t, math.IsNaN(ClopperPearson(0, 0, 0.95).High))
	assert.Panics(t, func() { Wilson(3, 2, 0.95) })
	assert.Panics(t, func() { ClopperPearson(-1, 2, 0.95) })
	// 1-0.05^(1/n) is the exact one-sided bound that 3/n stands for.
	assert.InEpsilon(t, 1-math.Pow(0.05, 1.0/300), RuleOfThree(300), 0.01)
	assert.True(t, math.IsInf(RuleOfThree(0), 1))
}

func TestBinomialAgainstItsSum(t *testing.T) {
	for _, n := range []int{1, 7, 60} {
		for _, p := range []float64{0.02, 0.5, 0.9} {
			var sum float64
			for k := range n + 1 {
				logFact := func(v int) float64 { l, _ := math.Lgamma(float64(v) + 1); return l }
				sum += math.Exp(logFact(n) - logFact(k) - logFact(n-k) +
					float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
				assert.InEpsilon(t, sum, binomialCDF(k, n, p), 1e-10, "n=%d p=%v k=%d", n, p, k)
			}
		}
	}
	assert.Zero(t, binomialCDF(-1, 5, 0.5))
}

func TestQuantileOrderCITooSmall(t *testing.T) {
	// Forty values cannot bracket the 99th percentile from above.
	l, u, coverage := QuantileOrderCI(40, 0.99, 0.95)
	assert.Equal(t, 41, u)
	assert.Positive(t, l)
	assert.GreaterOrEqual(t, coverage, 0.95)
	l, u, coverage = QuantileOrderCI(3, 0.5, 0.95)
	assert.Equal(t, [2]int{0, 4}, [2]int{l, u})
	assert.InDelta(t, 1, coverage, 1e-12)
}
