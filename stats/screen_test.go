package stats

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestScreenDropsWhatIsClearlyWorse(t *testing.T) {
	x := [][]float64{{1, 2, 3, 4}, {11, 12, 13, 14.5}, {1.1, 1.9, 3.1, 3.9}}
	assert.Equal(t, []int{0, 2}, Screen(x, 0.05))
	assert.Equal(t, []int{0}, Screen([][]float64{{1, 2, 3}}, 0.05))
	assert.Equal(t, []int{0, 1}, Screen([][]float64{{1}, {2}}, 0.05), "one replication shows nothing")
	assert.Equal(t, []int{0}, Screen([][]float64{{1, 1}, {2, 2}}, 0.05), "no variance: the mean decides")
}

// The guarantee: of many experiments the best is screened out in at most a share alpha, also in the least favourable
// configuration, where all are equal.
func TestScreenKeepsTheBest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const experiments, k, n, alpha = 2000, 5, 20, 0.05
	lost := 0
	for range experiments {
		x := make([][]float64, k)
		for i := range x {
			x[i] = make([]float64, n)
		}
		for j := range n {
			common := r.NormFloat64()
			for i := range x {
				x[i][j] = common + r.NormFloat64()
			}
		}
		if kept := Screen(x, alpha); len(kept) == 0 || kept[0] != 0 {
			lost++
		}
	}
	assert.LessOrEqual(t, lost, 150, "binomial(2000, 0.05): 5.1 standard deviations above")
	assert.Positive(t, lost, "the bound is not idle")
}
