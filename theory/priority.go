package theory

import "math"

// Class is one class of a priority queue, the most urgent first in every list.
type Class struct {
	// Lambda is the arrival rate; ES and ES2 are E[S] and E[S^2].
	Lambda, ES, ES2 float64
}

// Cobham returns the mean wait of each class in M/G/1 with non-preemptive
// priorities, sigma_k the load of the classes up to k:
//
//	W_k = W0 / ((1 - sigma_{k-1}) (1 - sigma_k)),  W0 = sum lambda_i E[S_i^2]/2.
//
// A class with sigma_k >= 1 waits +Inf; those above it wait behind the share of
// the server that it can still get.
//
// Source: Cobham, Oper. Res. 2 (1954) 70; Kleinrock, vol. II, chapter 3.
func Cobham(classes []Class) []float64 {
	var w0, load float64
	for _, c := range classes {
		rho := c.Lambda * c.ES
		share := 1.0
		if load+rho > 1 {
			share = max(0, 1-load) / rho
		}
		w0 += share * c.Lambda * c.ES2 / 2
		load += rho
	}
	waits := make([]float64, len(classes))
	var above float64
	for k, c := range classes {
		upTo := above + c.Lambda*c.ES
		waits[k] = finiteBelow(upTo, w0/((1-above)*(1-upTo)))
		above = upTo
	}
	return waits
}

// PreemptiveResume returns the mean response of each class in M/G/1 with
// preemptive-resume priorities:
//
//	T_k = E[S_k]/(1-sigma_{k-1}) + sum_{i<=k} lambda_i E[S_i^2]/2 / ((1-sigma_{k-1})(1-sigma_k)).
//
// A class with sigma_k >= 1 has +Inf.
//
// Source: White & Christie, Oper. Res. 6 (1958) 79; Kleinrock, vol. II, chapter 3.
func PreemptiveResume(classes []Class) []float64 {
	responses := make([]float64, len(classes))
	var w0, above float64
	for k, c := range classes {
		w0 += c.Lambda * c.ES2 / 2
		upTo := above + c.Lambda*c.ES
		responses[k] = finiteBelow(upTo, c.ES/(1-above)+w0/((1-above)*(1-upTo)))
		above = upTo
	}
	return responses
}

// SumRhoWait returns rho W0/(1-rho), which sum rho_i W_i equals for every
// non-preemptive, work-conserving rule on one server that does not look at sizes.
//
// Source: the conservation law, Kleinrock, vol. II, chapter 3.
func SumRhoWait(classes []Class) float64 {
	var w0, rho float64
	for _, c := range classes {
		w0 += c.Lambda * c.ES2 / 2
		rho += c.Lambda * c.ES
	}
	return finiteBelow(rho, rho*w0/(1-rho))
}

// MMCNonPreemptive returns the mean wait of each class in M/M/c with
// non-preemptive priorities, all classes served at the rate mu, the most urgent
// arrival rate first:
//
//	W_k = C/(c mu) / ((1 - sigma_{k-1}) (1 - sigma_k)).
//
// It needs a total load below c for the classes it reports; otherwise +Inf.
//
// Source: Davis, Oper. Res. 14 (1966) 133; Kella & Yechiali, Commun. Stat. Stoch.
// Models 1 (1985) 257.
func MMCNonPreemptive(c int, mu float64, lambdas []float64) []float64 {
	var total float64
	for _, l := range lambdas {
		total += l
	}
	capacity := float64(c) * mu
	base := ErlangC(c, total/mu) / capacity
	waits := make([]float64, len(lambdas))
	var above float64
	for k, l := range lambdas {
		upTo := above + l/capacity
		waits[k] = finiteBelow(upTo, base/((1-above)*(1-upTo)))
		above = upTo
	}
	return waits
}

// MMCPreemptive returns the mean response of each class in M/M/c with
// preemptive-resume priorities, all classes served at the rate mu. Up to class k
// the system is M/M/c with the arrivals of those classes alone, so that
//
//	L_k = L(lambda_1+...+lambda_k) - L(lambda_1+...+lambda_{k-1}),  T_k = L_k/lambda_k.
//
// Source: Buzen & Bondi, Oper. Res. 31 (1983) 456.
func MMCPreemptive(c int, mu float64, lambdas []float64) []float64 {
	responses := make([]float64, len(lambdas))
	var sum, before float64
	for k, l := range lambdas {
		sum += l
		q := MMC{Lambda: sum, Mu: mu, C: c}
		if !q.Stable() {
			responses[k] = math.Inf(1)
			continue
		}
		n := q.MeanNumber()
		responses[k] = (n - before) / l
		before = n
	}
	return responses
}

func finiteBelow(load, value float64) float64 {
	if load >= 1 {
		return math.Inf(1)
	}
	return value
}
