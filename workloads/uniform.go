package workloads

import (
	"fmt"
	"math"

	"example.com/simrun/des"
)

type constant float64

// Constant is always v, which must not be negative.
func Constant(v float64) (Dist, error) {
	if err := notNegative("value", v); err != nil {
		return nil, err
	}
	return constant(v), nil
}

func (c constant) Draw(*des.Stream) float64 { return float64(c) }
func (c constant) Mean() float64            { return float64(c) }
func (c constant) CV() float64              { return 0 }
func (c constant) String() string           { return seconds(float64(c)) }

type uniform struct{ a, b float64 }

// Uniform is uniform on [a, b), 0 <= a < b.
func Uniform(a, b float64) (Dist, error) {
	if err := notNegative("lower bound", a); err != nil {
		return nil, err
	}
	if !(b > a) || math.IsInf(b, 0) {
		return nil, fmt.Errorf("upper bound: %v: want a finite number > %v", b, a)
	}
	return uniform{a, b}, nil
}

func (u uniform) Draw(s *des.Stream) float64 { return u.a + float64((u.b-u.a)*s.Float64()) }
func (u uniform) Mean() float64              { return u.a + (u.b-u.a)/2 }
func (u uniform) CV() float64                { return (u.b - u.a) / math.Sqrt(12) / u.Mean() }
func (u uniform) String() string             { return "{uniform: [" + seconds(u.a) + ", " + seconds(u.b) + "]}" }
