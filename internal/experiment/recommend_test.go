package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The least cost, alike within 2 %, then the order of the list: the fewest changes. Without prices the order alone.
func TestRecommended(t *testing.T) {
	at := func(prices ...float64) []effort {
		var all []effort
		for i, p := range prices {
			x := effort{layout: i, changes: i}
			if p > 0 {
				x.monthly = &p
			}
			all = append(all, x)
		}
		return all
	}
	for _, c := range []struct {
		prices []float64
		want   int
	}{
		{[]float64{561, 316, 347}, 1},
		{[]float64{561, 322, 316}, 1}, // alike
		{[]float64{561, 323, 316}, 2},
		{[]float64{316, 316}, 0},
		{[]float64{0, 0}, 0},
		{[]float64{561, 0, 316}, 0}, // what one costs is unknown
	} {
		assert.Equal(t, c.want, recommended(at(c.prices...)).layout, "%v", c.prices)
	}
	assert.Nil(t, recommended(nil))
}

func TestLivesWith(t *testing.T) {
	s := &Strategy{Classes: []Class{{Duplicated: 3.2, Lost: 0.3}, {Killed: &Killed{Attempts: 4931}, Dead: 1}}}
	assert.Equal(t, " (in each run with 4 931 kills, 3.2 tasks run twice and 1 task lost)", livesWith(s))
	assert.Empty(t, livesWith(&Strategy{}))
}
