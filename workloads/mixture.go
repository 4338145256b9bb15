package workloads

import (
	"fmt"
	"strings"

	"example.com/simrun/des"
)

type mixture struct {
	of       []Dist
	upto     []float64
	mean, cv float64
	text     string
}

// Mixture draws from of[i] in a share weights[i] (of their sum) of the draws.
func Mixture(weights []float64, of []Dist) (Dist, error) {
	upto, err := shares(weights, len(of))
	if err != nil {
		return nil, err
	}
	m := mixture{of: append([]Dist(nil), of...), upto: upto}
	var second, below float64
	parts := make([]string, len(of))
	for i, d := range of {
		share := upto[i] - below
		below = upto[i]
		parts[i] = fmt.Sprintf("{weight: %s, of: %s}", number(weights[i]), d)
		if share == 0 {
			continue // 0 x Inf is not 0
		}
		mean, cv := d.Mean(), d.CV()
		m.mean += share * mean
		second += share * mean * mean * (1 + float64(cv*cv))
	}
	m.cv = spread(m.mean, second)
	m.text = "{mixture: [" + strings.Join(parts, ", ") + "]}"
	return m, nil
}

func (m mixture) Draw(s *des.Stream) float64 { return m.of[pick(m.upto, s.Float64())].Draw(s) }
func (m mixture) Mean() float64              { return m.mean }
func (m mixture) CV() float64                { return m.cv }
func (m mixture) String() string             { return m.text }
