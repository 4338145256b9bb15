package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/stats"
)

// A task that asks for nearly nothing has a slowdown beyond all times. Where two replications disagree so much that
// nothing bounds a quantile, the search for an end of its interval comes to the largest value all the same.
func TestIntervalsEndAtTheLargestValue(t *testing.T) {
	r := &rows{d: slowdown, level: stats.NewLevel(2, 0.95)}
	for i := range 2 {
		var h des.Histogram
		for n := range 100 {
			if i == 1 && n < 16 {
				h.Add(des.Never - 1)
			} else {
				h.Add(des.Time(1+n) * 1e9)
			}
		}
		s := &classSample{}
		s.of[slowdown] = h.Distribution()
		r.samples = append(r.samples, s)
		r.of = append(r.of, 100)
		r.total += 100
	}
	r.pieces = r.total
	f := r.quantile(0.9)
	assert.Positive(t, f.needs, "too little for a claim")
	assert.Greater(t, f.High, f.Value)
}
