package workloads

import (
	"fmt"
	"math"

	"example.com/simrun/des"
)

type gamma struct {
	mean, cv float64
	scale    float64
	d, c     float64 // of Marsaglia and Tsang, for the shape raised above 1
	boost    float64 // 1/shape where the shape is below 1, else 0
}

// Gamma has shape 1/cv^2 and scale mean x cv^2: the density is x^(shape-1) exp(-x/scale) / (Γ(shape) scale^shape).
func Gamma(mean, cv float64) (Dist, error) {
	if err := positive("mean", mean); err != nil {
		return nil, err
	}
	if err := positive("cv", cv); err != nil {
		return nil, err
	}
	// Beyond these, the shape or its inverse is no longer a number worth drawing with.
	if !(cv >= 1e-7 && cv <= 1e6) {
		return nil, fmt.Errorf("cv: %v: want 1e-7..1e6", cv)
	}
	return newGamma(mean, cv, 1/float64(cv*cv)), nil
}

func newGamma(mean, cv, shape float64) gamma {
	g := gamma{mean: mean, cv: cv, scale: mean / shape}
	if shape < 1 {
		g.boost = 1 / shape
		shape++
	}
	g.d = shape - 1.0/3
	g.c = 1 / math.Sqrt(9*g.d)
	return g
}

// Draw is the rejection method of Marsaglia and Tsang 2000, "A simple method for generating gamma variables",
// ACM TOMS 26(3): d(1+cN)^3 with d = shape - 1/3, c = 1/sqrt(9d), accepted about 19 times in 20 or more. For a shape a
// below 1 a gamma of shape a+1 is multiplied by U^(1/a) (their section 6), and -ln U is exponential.
func (g gamma) Draw(s *des.Stream) float64 {
	for {
		x := s.NormFloat64()
		v := 1 + float64(g.c*x)
		if v <= 0 {
			continue
		}
		v *= v * v
		u := s.Float64()
		xx := x * x
		if u >= 1-float64(0.0331*xx*xx) && math.Log(u) >= float64(0.5*xx)+float64(g.d*(1-v+math.Log(v))) {
			continue
		}
		y := g.scale * g.d * v
		if g.boost != 0 {
			y *= math.Exp(-g.boost * s.ExpFloat64())
		}
		return y
	}
}

func (g gamma) Mean() float64 { return g.mean }
func (g gamma) CV() float64   { return g.cv }
func (g gamma) String() string {
	return "{gamma: {mean: " + seconds(g.mean) + ", cv: " + number(g.cv) + "}}"
}

type erlang struct {
	gamma
	k int
}

// Erlang is the sum of k exponentials of equal mean: a gamma of shape k.
func Erlang(mean float64, k int) (Dist, error) {
	if err := positive("mean", mean); err != nil {
		return nil, err
	}
	if k < 1 {
		return nil, fmt.Errorf("k: %d: want at least 1", k)
	}
	return erlang{newGamma(mean, 1/math.Sqrt(float64(k)), float64(k)), k}, nil
}

func (e erlang) String() string {
	return fmt.Sprintf("{erlang: {mean: %s, k: %d}}", seconds(e.mean), e.k)
}
