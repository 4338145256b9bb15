package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStudentClosedForms(t *testing.T) {
	for _, p := range []float64{0.001, 0.025, 0.3, 0.5, 0.7, 0.95, 0.975, 0.9995} {
		// One, two and four degrees of freedom have quantiles in closed form.
		alpha := 4 * p * (1 - p)
		root := math.Cos(math.Acos(math.Sqrt(alpha))/3) / math.Sqrt(alpha)
		four := math.Copysign(2*math.Sqrt(max(0, root-1)), p-0.5)
		assert.InDelta(t, math.Tan(math.Pi*(p-0.5)), StudentQuantile(p, 1), 1e-10*(1+math.Abs(math.Tan(math.Pi*(p-0.5)))))
		assert.InDelta(t, (2*p-1)*math.Sqrt(2/alpha), StudentQuantile(p, 2), 1e-10)
		assert.InDelta(t, four, StudentQuantile(p, 4), 1e-7, "acos near 1 costs digits at p = 0.5")
	}
	assert.InEpsilon(t, 2.1318467863266495, StudentQuantile(0.95, 4), 1e-13)
	assert.InEpsilon(t, 1.959963984540054, StudentQuantile(0.975, math.Inf(1)), 1e-13)
	assert.InEpsilon(t, 1.959963984540054, StudentQuantile(0.975, 1e6), 2e-6)
}

func TestStudentInvertsItsTail(t *testing.T) {
	for _, df := range []float64{0.7, 3, 7.5, 40, 1000} {
		for _, p := range []float64{0.51, 0.9, 0.975, 0.999999} {
			assert.InEpsilon(t, 1-p, studentTail(StudentQuantile(p, df), df), 1e-9, "p=%v df=%v", p, df)
			assert.InEpsilon(t, -StudentQuantile(p, df), StudentQuantile(1-p, df), 1e-14, "p=%v df=%v", p, df)
		}
	}
}

func TestSharesOutOfBoundsPanic(t *testing.T) {
	for _, p := range []float64{0, 1, -0.1, math.NaN()} {
		assert.Panics(t, func() { StudentQuantile(p, 3) }, "p=%v", p)
		assert.Panics(t, func() { MeanInterval([]float64{1, 2}, p) }, "confidence=%v", p)
	}
	assert.Panics(t, func() { StudentQuantile(0.9, 0) })
	assert.Panics(t, func() { PairedDifference([]float64{1}, []float64{1, 2}, 0.95) })
}
