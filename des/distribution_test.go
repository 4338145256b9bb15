package des_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
)

func TestDistributionIsTheHistogram(t *testing.T) {
	for name, draw := range samples {
		random := rand.New(rand.NewPCG(3, 4))
		var h des.Histogram
		for range 5000 {
			h.Add(draw(random))
		}
		d := h.Distribution()
		assert.Equal(t, h.Count(), d.Count(), name)
		assert.Equal(t, h.Max(), d.Max(), name)
		assert.InEpsilon(t, 1+h.Mean(), 1+d.Total()/5000, 1e-12, name)
		for _, p := range quantiles {
			at := des.Seconds(h.Quantile(p))
			assert.InDelta(t, h.Quantile(p), d.Quantile(p), 1e-12, "%s at %v", name, p)
			assert.InDelta(t, h.Share(at), d.AtMost(at)/5000, 1e-12, "%s at %v", name, p)
		}
		assert.Zero(t, d.AtMost(-1), name)
		assert.Equal(t, 5000., d.AtMost(des.Never), name)
	}
	var none des.Histogram
	d := none.Distribution()
	assert.Zero(t, d.AtMost(des.Never))
}
