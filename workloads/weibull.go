package workloads

import (
	"fmt"
	"math"

	"example.com/simrun/des"
)

type weibull struct {
	mean, cv float64
	scale    float64
	power    float64 // 1/shape
}

// Shapes that Weibull may have, wide enough for any cv that was ever measured.
const (
	leastShape = 0.05
	mostShape  = 1e4
)

// Weibull has P(X > x) = exp(-(x/scale)^shape), the shape found from cv² = Γ(1+2/shape)/Γ(1+1/shape)² - 1, which falls
// as the shape grows, and the scale from mean = scale x Γ(1+1/shape) (Johnson, Kotz and Balakrishnan 1994, chapter 21).
func Weibull(mean, cv float64) (Dist, error) {
	if err := positive("mean", mean); err != nil {
		return nil, err
	}
	least, most := weibullCV(mostShape), weibullCV(leastShape)
	if !(cv >= least && cv <= most) {
		return nil, fmt.Errorf("cv: %v: want %.2g..%.2g", cv, least, most)
	}
	lo, hi := math.Log(leastShape), math.Log(mostShape)
	for range 100 {
		if mid := lo + (hi-lo)/2; weibullCV(math.Exp(mid)) > cv {
			lo = mid
		} else {
			hi = mid
		}
	}
	power := math.Exp(-hi)
	lg, _ := math.Lgamma(1 + power)
	return weibull{mean: mean, cv: cv, scale: mean / math.Exp(lg), power: power}, nil
}

func weibullCV(shape float64) float64 {
	one, _ := math.Lgamma(1 + 1/shape)
	two, _ := math.Lgamma(1 + 2/shape)
	return math.Sqrt(math.Expm1(two - 2*one))
}

func (w weibull) Draw(s *des.Stream) float64 { return w.scale * math.Pow(s.ExpFloat64(), w.power) }
func (w weibull) Mean() float64              { return w.mean }
func (w weibull) CV() float64                { return w.cv }
func (w weibull) String() string {
	return "{weibull: {mean: " + seconds(w.mean) + ", cv: " + number(w.cv) + "}}"
}
