package theory

import (
	"math"
	"math/cmplx"
)

// LST is the Laplace-Stieltjes transform E[exp(-s X)] of a positive random time.
type LST func(s complex128) complex128

// ExpLST is the transform of an exponential time of the given mean.
func ExpLST(mean float64) LST { return ErlangLST(1, mean) }

// ErlangLST is the transform of the sum of k exponential stages of the given
// total mean: (1 + s mean/k)^{-k}.
func ErlangLST(k int, mean float64) LST {
	return func(s complex128) complex128 {
		return cmplx.Pow(1+s*complex(mean/float64(k), 0), complex(-float64(k), 0))
	}
}

// HyperexpLST is the transform of a mixture of exponentials: with probability
// p[i] of the rate rates[i].
func HyperexpLST(p, rates []float64) LST {
	return func(s complex128) complex128 {
		var sum complex128
		for i := range p {
			r := complex(rates[i], 0)
			sum += complex(p[i], 0) * r / (r + s)
		}
		return sum
	}
}

// DeterministicLST is the transform of the constant d.
func DeterministicLST(d float64) LST {
	return func(s complex128) complex128 { return cmplx.Exp(-s * complex(d, 0)) }
}

// invert returns f(t), t > 0, from its Laplace transform, by the Euler-summed
// Fourier series
//
//	f(t) = e^{A/2}/t [ Re F(A/2t)/2 + sum_k (-1)^k Re F((A+2 k pi i)/2t) ],
//
// A = 23: the error of discretisation is e^{-A} = 1e-10 for |f| <= 1. f must be
// smooth at t.
//
// Source: Abate & Whitt, ORSA J. Comput. 7 (1995) 36, "Euler".
func invert(transform func(complex128) complex128, t float64) float64 {
	const (
		a      = 23.0
		direct = 60 // terms summed as they are
		euler  = 12 // partial sums averaged with binomial weights
	)
	term := func(k int) float64 {
		v := real(transform(complex(a/(2*t), float64(k)*math.Pi/t)))
		if k%2 == 1 {
			return -v
		}
		return v
	}
	sum := term(0) / 2
	for k := 1; k <= direct; k++ {
		sum += term(k)
	}
	var mean float64
	weight := math.Pow(2, -euler)
	for k := 0; k <= euler; k++ {
		mean += weight * sum
		weight *= float64(euler-k) / float64(k+1)
		sum += term(direct + k + 1)
	}
	return math.Exp(a/2) / t * mean
}
