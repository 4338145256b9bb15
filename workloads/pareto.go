package workloads

import (
	"fmt"
	"math"

	"example.com/simrun/des"
)

type pareto struct {
	mean, alpha, max float64
	low              float64 // least value
	cut              float64 // 1 - (low/max)^alpha, the share of the unbounded law that is kept
	power            float64 // -1/alpha
	cv               float64
}

// Pareto has P(X > x) proportional to x^-alpha - max^-alpha between a least value, which is found from the mean, and
// max. Without a bound (max = +Inf) it is the classical Pareto law, whose mean is finite for alpha > 1 only.
func Pareto(mean, alpha, max float64) (Dist, error) {
	if err := positive("mean", mean); err != nil {
		return nil, err
	}
	if !(alpha >= 0.01 && alpha <= 1000) {
		return nil, fmt.Errorf("alpha: %v: want 0.01..1000", alpha)
	}
	if !(max > mean) {
		return nil, fmt.Errorf("max: %v: want more than the mean, which is %v", max, mean)
	}
	p := pareto{mean: mean, alpha: alpha, max: max, cut: 1, power: -1 / alpha, cv: math.Inf(1)}
	if math.IsInf(max, 1) {
		if alpha <= 1 {
			return nil, fmt.Errorf("alpha: %v: want more than 1 when there is no max", alpha)
		}
		p.low = mean * (alpha - 1) / alpha
		if alpha > 2 {
			p.cv = 1 / math.Sqrt(alpha*(alpha-2))
		}
		return p, nil
	}
	// The mean rises with the least value: bisection of x = ln(low/max).
	lo, hi := -700.0, 0.0
	for range 200 {
		if mid := lo + (hi-lo)/2; paretoMoment(1, alpha, mid) < mean/max {
			lo = mid
		} else {
			hi = mid
		}
	}
	if got := paretoMoment(1, alpha, lo); !(math.Abs(got*max-mean) <= 1e-9*mean) {
		return nil, fmt.Errorf("mean: %v: no least value above %v x max gives it", mean, 1e-304)
	}
	p.low = max * math.Exp(lo)
	p.cut = -math.Expm1(alpha * lo)
	first := mean / max
	p.cv = spread(first, paretoMoment(2, alpha, lo))
	return p, nil
}

// paretoMoment returns the k-th moment of the law on [r, 1] with x = ln r < 0:
//
//	E[X^k] = α r^k h(α-k) / h'(α), h(β) = (1 - r^β)/β, h(0) = -ln r, h'(α) = 1 - r^α
//
// by integration of x^k times the density α r^α x^(-α-1) / (1 - r^α) (Harchol-Balter 2013, section 20.4, for k = 1).
func paretoMoment(k int, alpha, x float64) float64 {
	if x == 0 {
		return 1
	}
	beta := alpha - float64(k)
	rise := float64(k) * x
	var h float64 // r^k h(α-k), each case without overflow or cancellation
	switch {
	case beta == 0:
		h = -x * math.Exp(rise)
	case beta > 0:
		h = -math.Expm1(beta*x) / beta * math.Exp(rise)
	default:
		h = math.Expm1(-beta*x) / beta * math.Exp(alpha*x)
	}
	return alpha * h / -math.Expm1(alpha*x)
}

// Draw inverts the distribution function: low (1 - U cut)^(-1/alpha).
func (p pareto) Draw(s *des.Stream) float64 {
	return min(p.low*math.Pow(1-float64(s.Float64()*p.cut), p.power), p.max)
}

func (p pareto) Mean() float64 { return p.mean }
func (p pareto) CV() float64   { return p.cv }
func (p pareto) String() string {
	text := "{pareto: {mean: " + seconds(p.mean) + ", alpha: " + number(p.alpha)
	if !math.IsInf(p.max, 1) {
		text += ", max: " + seconds(p.max)
	}
	return text + "}}"
}
