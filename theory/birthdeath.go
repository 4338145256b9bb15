package theory

// birthDeath returns the stationary law of a birth-death process on 0..top, from
// p_{n+1} death(n+1) = p_n birth(n). With top < 0 it stops where the rest cannot
// matter (terms below 1e-20 of the sum, and falling).
//
// Source: Gross & Harris, section 2.1.
func birthDeath(birth, death func(n int) float64, top int) []float64 {
	p := []float64{1}
	sum := 1.0
	for n := 0; top < 0 || n < top; n++ {
		next := p[n] * birth(n) / death(n+1)
		p = append(p, next)
		sum += next
		if top < 0 && next < 1e-20*sum && next < p[n] {
			break
		}
		if sum > 1e200 { // far from overflow, but on the way to it
			for i := range p {
				p[i] /= sum
			}
			sum = 1
		}
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// meanOver returns sum_n p_n f(n).
func meanOver(p []float64, f func(n int) float64) float64 {
	var sum float64
	for n, v := range p {
		sum += v * f(n)
	}
	return sum
}

func constant(v float64) func(int) float64 { return func(int) float64 { return v } }

func excess(c int) func(int) float64 {
	return func(n int) float64 { return float64(max(0, n-c)) }
}

func number(n int) float64 { return float64(n) }
