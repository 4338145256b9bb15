package workloads

import (
	"fmt"
	"math"

	"example.com/simrun/des"
)

type hyperexponential struct {
	means, upto []float64
	mean, cv    float64
	text        string
}

// Hyperexponential is exponential with one of two means, chosen so that both branches bring the same share of the
// total (balanced means): p = (1 + sqrt((cv²-1)/(cv²+1)))/2, means mean/(2p) and mean/(2(1-p)) (Whitt 1982,
// "Approximating a point process by a renewal process, I"). cv must be at least 1.
func Hyperexponential(mean, cv float64) (Dist, error) {
	if err := positive("mean", mean); err != nil {
		return nil, err
	}
	if !(cv >= 1 && cv <= 1e6) {
		return nil, fmt.Errorf("cv: %v: want 1..1e6", cv)
	}
	c2 := cv * cv
	p := (1 + math.Sqrt((c2-1)/(c2+1))) / 2
	rare := 1 / ((c2 + 1) * 2 * p) // 1-p without cancellation: p(1-p) = 1/(2(cv²+1))
	return hyperexponential{
		means: []float64{mean / (2 * p), mean / (2 * rare)},
		upto:  []float64{p, 1},
		mean:  mean, cv: cv,
		text: "{hyperexponential: {mean: " + seconds(mean) + ", cv: " + number(cv) + "}}",
	}, nil
}

// HyperexponentialBranches is exponential with means[i] in a share weights[i] (of their sum) of the draws.
func HyperexponentialBranches(means, weights []float64) (Dist, error) {
	upto, err := shares(weights, len(means))
	if err != nil {
		return nil, err
	}
	h := hyperexponential{means: append([]float64(nil), means...), upto: upto}
	var second, below float64
	for i, m := range means {
		if err := positive("mean", m); err != nil {
			return nil, err
		}
		share := upto[i] - below
		below = upto[i]
		h.mean += share * m
		second += 2 * share * m * m
	}
	h.cv = spread(h.mean, second)
	h.text = "{hyperexponential: {means: " + list(means, seconds) + ", weights: " + list(weights, number) + "}}"
	return h, nil
}

func (h hyperexponential) Draw(s *des.Stream) float64 {
	return h.means[pick(h.upto, s.Float64())] * s.ExpFloat64()
}
func (h hyperexponential) Mean() float64  { return h.mean }
func (h hyperexponential) CV() float64    { return h.cv }
func (h hyperexponential) String() string { return h.text }
