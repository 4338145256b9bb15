package stats

import "math"

// kolmogorovCDF is P(D_n < d) for n independent uniform values. With
// d = (k-h)/n, k whole and 0 <= h < 1, it is n!/n^n times the middle entry of
// H^n, where H is the (2k-1)-square matrix with
//
//	H_ij = 1/(i-j+1)!  where i-j+1 >= 0, else 0,
//
// its first column and last row lessened by powers of h:
// H_i1 -= h^i/i!, H_mj -= h^(m-j+1)/(m-j+1)!, and (2h-1)^m/m! added back in the
// corner when h > 1/2.
//
// Source: Marsaglia, Tsang & Wang (2003), section 3.
func kolmogorovCDF(n int, d float64) float64 {
	if d <= 0 {
		return 0
	}
	if d >= 1 {
		return 1
	}
	k := int(float64(n)*d) + 1
	h := float64(k) - float64(n)*d
	m := 2*k - 1
	base := scaledMatrix{size: m, cell: make([]float64, m*m)}
	invFact := make([]float64, m+1)
	invFact[0] = 1
	for i := 1; i <= m; i++ {
		invFact[i] = invFact[i-1] / float64(i)
	}
	for i := range m {
		for j := 0; j <= min(i+1, m-1); j++ {
			base.cell[i*m+j] = invFact[i-j+1]
		}
	}
	for i := range m {
		cut := math.Pow(h, float64(i+1)) * invFact[i+1]
		base.cell[i*m] -= cut
		base.cell[(m-1)*m+m-1-i] -= cut
	}
	if h > 0.5 {
		base.cell[(m-1)*m] += math.Pow(2*h-1, float64(m)) * invFact[m]
	}
	power := base.pow(n)
	// n!/n^n in logs: both ends of the product leave float64 for n > 170.
	lf, _ := math.Lgamma(float64(n) + 1)
	scale := lf - float64(n)*math.Log(float64(n)) + float64(power.exp)*math.Ln2
	return max(0, min(1, power.cell[(k-1)*m+k-1]*math.Exp(scale)))
}

// scaledMatrix is a square matrix times 2^exp: powers of H overflow.
type scaledMatrix struct {
	size int
	cell []float64
	exp  int
}

func (a scaledMatrix) times(b scaledMatrix) scaledMatrix {
	out := scaledMatrix{size: a.size, cell: make([]float64, len(a.cell)), exp: a.exp + b.exp}
	var peak float64
	for i := range a.size {
		row := out.cell[i*a.size : (i+1)*a.size]
		for l := range a.size {
			f := a.cell[i*a.size+l]
			if f == 0 {
				continue
			}
			for j, v := range b.cell[l*a.size : (l+1)*a.size] {
				row[j] += f * v
			}
		}
		for _, v := range row {
			peak = max(peak, math.Abs(v))
		}
	}
	if peak > 0 {
		_, e := math.Frexp(peak)
		for i := range out.cell {
			out.cell[i] = math.Ldexp(out.cell[i], -e)
		}
		out.exp += e
	}
	return out
}

func (a scaledMatrix) pow(n int) scaledMatrix {
	var out scaledMatrix
	for have := false; n > 0; n /= 2 {
		if n%2 == 1 {
			if have {
				out = out.times(a)
			} else {
				out, have = a, true
			}
		}
		if n > 1 {
			a = a.times(a)
		}
	}
	return out
}
