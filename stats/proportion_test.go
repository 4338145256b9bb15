package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClopperPearsonNeverUndercovers(t *testing.T) {
	const n = 25
	for _, p := range []float64{0.01, 0.1, 0.37, 0.5, 0.93} {
		covered := 0.0
		for x := range n + 1 {
			if ClopperPearson(x, n, 0.9).Contains(p) {
				covered += binomial(x, n, p)
			}
		}
		assert.GreaterOrEqual(t, covered, 0.9, "p=%v", p)
	}
}

func binomial(k, n int, p float64) float64 {
	logFact := func(v int) float64 { l, _ := math.Lgamma(float64(v) + 1); return l }
	return math.Exp(logFact(n) - logFact(k) - logFact(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

func TestProportionEdges(t *testing.T) {
	assert.True(t, math.IsNaN(ClopperPearson(0, 0, 0.95).High))
	assert.Panics(t, func() { ClopperPearson(-1, 2, 0.95) })
	// 1-0.05^(1/n) is the exact one-sided bound that 3/n stands for.
	assert.InEpsilon(t, 1-math.Pow(0.05, 1.0/300), RuleOfThree(300), 0.01)
	assert.True(t, math.IsInf(RuleOfThree(0), 1))
}
