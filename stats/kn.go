package stats

import (
	"fmt"
	"math"
)

// KN is the sequential selection of Kim and Nelson: it drops, replication by
// replication, every system that is clearly not the best (the least mean), and
// keeps the best with probability at least 1-alpha whenever it is better than
// the others by delta. It holds under common random numbers, which make it much
// faster. The zero value is not usable: build it with NewKN.
//
// Source: Kim & Nelson, ACM Trans. Model. Comput. Simul. 11 (2001) 251, with c = 1.
type KN struct {
	// K is the number of systems, N0 that of the first-stage replications.
	K, N0 int
	// Alpha is the allowed probability of a wrong choice.
	Alpha float64
	// Delta is the indifference: a difference, in the unit of the observations,
	// too small to matter.
	Delta float64
}

// NewKN checks the parameters: k >= 2, n0 >= 2, 0 < alpha < 1-1/k, delta > 0.
// The error names the first that is out of bounds.
func NewKN(k, n0 int, alpha, delta float64) (KN, error) {
	switch {
	case k < 2:
		return KN{}, fmt.Errorf("selection: %d systems: want at least 2", k)
	case n0 < 2:
		return KN{}, fmt.Errorf("selection: %d first-stage replications: want at least 2", n0)
	case !(alpha > 0 && alpha < 1-1/float64(k)):
		return KN{}, fmt.Errorf("selection: alpha %v: want between 0 and %v", alpha, 1-1/float64(k))
	case !(delta > 0) || math.IsInf(delta, 1):
		return KN{}, fmt.Errorf("selection: indifference %v: want above 0", delta)
	}
	return KN{K: k, N0: n0, Alpha: alpha, Delta: delta}, nil
}

// Eta returns ((2 alpha/(k-1))^{-2/(n0-1)} - 1)/2, without unit.
func (s KN) Eta() float64 {
	beta := s.Alpha / float64(s.K-1)
	return 0.5 * (math.Pow(2*beta, -2/float64(s.N0-1)) - 1)
}

// H2 returns h^2 = 2 eta (n0-1), without unit.
func (s KN) H2() float64 { return 2 * s.Eta() * float64(s.N0-1) }

// Survivors returns the indices, ascending, of the systems still in play after r
// replications; x[i] are the r observations of system i, in the order of the
// replications. It replays the elimination stage by stage from n0 to r: at stage
// r, i is dropped when some l that is still in play has
//
//	sum_{j<=r} (x_ij - x_lj) > max(0, delta/2 (h^2 S_il^2/delta^2 - r)),
//
// S_il^2 the variance of x_i - x_l over the first n0. So it may be asked after
// blocks of any size, and gives the same answer. With r < n0 all are in play.
// Once r exceeds Limit, several survivors are equal to the last bit. It panics
// when x does not have K rows of one length.
func (s KN) Survivors(x [][]float64) []int {
	r := s.mustMatrix(x)
	alive := make([]int, s.K)
	for i := range alive {
		alive[i] = i
	}
	if r < s.N0 {
		return alive
	}
	s2 := s.pairVariances(x)
	sum := make([]float64, s.K)
	for j := range r {
		for i := range x {
			sum[i] += x[i][j]
		}
		stage := j + 1
		if stage < s.N0 {
			continue
		}
		if len(alive) == 1 {
			return alive
		}
		// All comparisons of a stage are against those in play at its start.
		var kept []int
		for _, i := range alive {
			if !s.beaten(i, alive, sum, s2, stage) {
				kept = append(kept, i)
			}
		}
		alive = kept
	}
	return alive
}

func (s KN) beaten(i int, alive []int, sum []float64, s2 [][]float64, stage int) bool {
	for _, l := range alive {
		room := s.Delta / 2 * (s.H2()*s2[i][l]/(s.Delta*s.Delta) - float64(stage))
		if l != i && sum[i]-sum[l] > max(0, room) {
			return true
		}
	}
	return false
}

// Limit returns the greatest number of replications the selection can take,
// max_il floor(h^2 S_il^2/delta^2) + 1, from the first n0 observations of x. It
// panics when x does not have K rows of one length, n0 at least.
func (s KN) Limit(x [][]float64) int {
	if s.mustMatrix(x) < s.N0 {
		panic("stats: the limit needs the first-stage replications")
	}
	worst := 0.0
	for _, row := range s.pairVariances(x) {
		for _, v := range row {
			worst = max(worst, v)
		}
	}
	return max(s.N0, int(math.Floor(s.H2()*worst/(s.Delta*s.Delta)))+1)
}

// pairVariances are the S_il^2 over the first stage.
func (s KN) pairVariances(x [][]float64) [][]float64 {
	s2 := make([][]float64, s.K)
	d := make([]float64, s.N0)
	for i := range s2 {
		s2[i] = make([]float64, s.K)
		for l := range i {
			for j := range d {
				d[j] = x[i][j] - x[l][j]
			}
			s2[i][l] = variance(d)
			s2[l][i] = s2[i][l]
		}
	}
	return s2
}

func (s KN) mustMatrix(x [][]float64) (r int) {
	if len(x) != s.K {
		panic("stats: the selection needs one row per system")
	}
	for _, row := range x {
		if len(row) != len(x[0]) {
			panic("stats: the rows of a selection differ in length")
		}
	}
	return len(x[0])
}
