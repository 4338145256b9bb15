package theory

// move reports one transition to (level, phase) at a rate; moves to where the
// model cannot be (level -1) or of the rate zero are ignored.
type move func(level, phase int, rate float64)

// qbdLaw is the stationary law of a quasi-birth-death process: the levels 0..top
// one by one, and above them pi_{n+1} = pi_n R.
type qbdLaw struct {
	levels [][]float64 // pi_n, n = 0..top
	r      matrix
}

// solveQBD solves a process on (level, phase), whose level moves by one at most,
// with the given number of phases. rates reports the moves out of a state. From
// the level top on they must not depend on the level (moves down: from top+1 on).
// The process must be stable, and (0, 0) a state it visits.
//
// R = A0 (-(A1 + A0 G))^{-1}, G being the phases in which the level below is entered
// first, and the levels below follow by the same recursion downward.
//
// Source: Neuts, Matrix-Geometric Solutions (1981), chapter 1; Latouche & Ramaswami
// (1999), section 8.1 and 12.1.
func solveQBD(phases, top int, rates func(level, phase int, to move)) qbdLaw {
	q := qbdRates{phases: phases, rates: rates}
	up, local, _ := q.at(top + 1)
	_, _, down := q.at(top + 2)
	r := up.times(local.plus(1, up.times(firstPassage(up, local, down))).negInverse())
	// rn[n] takes pi_{n-1} to pi_n.
	rn := make([]matrix, top+1)
	above := r
	_, _, downAbove := q.at(top + 1)
	var local0 matrix
	for n := top; n >= 0; n-- {
		_, local, down := q.at(n)
		censored := local.plus(1, above.times(downAbove))
		if n == 0 {
			local0 = censored
			break
		}
		upBelow, _, _ := q.at(n - 1)
		rn[n] = upBelow.times(censored.negInverse())
		above, downAbove = rn[n], down
	}
	law := qbdLaw{r: r, levels: [][]float64{bottom(local0)}}
	for n := 1; n <= top; n++ {
		law.levels = append(law.levels, rn[n].left(law.levels[n-1]))
	}
	total := law.meanPhase(func(int, int) float64 { return 1 })
	for _, level := range law.levels {
		for j := range level {
			level[j] /= total
		}
	}
	return law
}

// firstPassage returns G by logarithmic reduction: each round doubles the height of
// the paths that are counted.
//
// Source: Latouche & Ramaswami, J. Appl. Prob. 30 (1993) 650.
func firstPassage(up, local, down matrix) matrix {
	inverse := local.negInverse()
	high, low := inverse.times(up), inverse.times(down)
	g, reach := low, high
	for range 60 {
		back := identity(len(up)).plus(-1, high.times(low).plus(1, low.times(high))).inverse()
		high, low = back.times(high.times(high)), back.times(low.times(low))
		more := reach.times(low)
		g = g.plus(1, more)
		reach = reach.times(high)
		if more.largest() <= 1e-16 {
			break
		}
	}
	return g
}

// qbdRates turns the reported moves into blocks.
type qbdRates struct {
	phases int
	rates  func(level, phase int, to move)
}

func (q qbdRates) at(level int) (up, local, down matrix) {
	up, local, down = newMatrix(q.phases), newMatrix(q.phases), newMatrix(q.phases)
	for j := range q.phases {
		var out float64
		q.rates(level, j, func(n, phase int, rate float64) {
			if rate <= 0 || n < 0 {
				return
			}
			out += rate
			switch n {
			case level + 1:
				up[j][phase] += rate
			case level - 1:
				down[j][phase] += rate
			default:
				local[j][phase] += rate
			}
		})
		if out == 0 {
			out = 1 // a state never visited: any diagonal keeps the block regular
		}
		local[j][j] -= out
	}
	return up, local, down
}

func (a matrix) negInverse() matrix {
	inv := a.inverse()
	for i := range inv {
		for j := range inv[i] {
			inv[i][j] = -inv[i][j]
		}
	}
	return inv
}

// bottom solves x m = 0, up to a factor, the equation of phase 0 being replaced by
// sum x = 1.
func bottom(m matrix) []float64 {
	a := m.plus(0, m)
	for i := range a {
		a[i][0] = 1
	}
	e := make([]float64, len(a))
	e[0] = 1
	return a.inverse().left(e)
}

// mean returns sum_n f(n) P(N = n); f must be linear from the last level on.
func (l qbdLaw) mean(f func(n int) float64) float64 {
	return l.meanPhase(func(n, _ int) float64 { return f(n) })
}

// meanPhase returns sum f(n, j) P(n, j); f must be linear in n from the last
// level on, so that the geometric tail sums in closed form.
func (l qbdLaw) meanPhase(f func(n, phase int) float64) float64 {
	top := len(l.levels) - 1
	var sum float64
	for n, level := range l.levels[:top] {
		for j, v := range level {
			sum += v * f(n, j)
		}
	}
	// sum_k pi R^k = pi (I-R)^{-1}, sum_k k pi R^k = pi R (I-R)^{-2}.
	inv := identity(len(l.r)).plus(-1, l.r).inverse()
	mass := inv.left(l.levels[top])
	slope := inv.left(l.r.left(mass))
	for j := range mass {
		at := f(top, j)
		sum += mass[j]*at + slope[j]*(f(top+1, j)-at)
	}
	return sum
}
