package theory

import "math"

// matrix is square, by rows.
type matrix [][]float64

func newMatrix(n int) matrix {
	m := make(matrix, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}

func identity(n int) matrix {
	m := newMatrix(n)
	for i := range m {
		m[i][i] = 1
	}
	return m
}

func (a matrix) times(b matrix) matrix {
	out := newMatrix(len(a))
	for i := range a {
		for k, f := range a[i] {
			if f == 0 {
				continue
			}
			for j, v := range b[k] {
				out[i][j] += f * v
			}
		}
	}
	return out
}

// plus returns a + f b.
func (a matrix) plus(f float64, b matrix) matrix {
	out := newMatrix(len(a))
	for i := range a {
		for j := range a[i] {
			out[i][j] = a[i][j] + f*b[i][j]
		}
	}
	return out
}

// largest returns the largest entry, by its size.
func (a matrix) largest() float64 {
	var most float64
	for i := range a {
		for _, v := range a[i] {
			most = max(most, math.Abs(v))
		}
	}
	return most
}

// left returns x a.
func (a matrix) left(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, f := range x {
		for j, v := range a[i] {
			out[j] += f * v
		}
	}
	return out
}

// inverse returns a^{-1} by Gauss-Jordan elimination with row pivots; the
// matrices here are diagonally dominant or close to it.
func (a matrix) inverse() matrix {
	n := len(a)
	work := a.plus(0, a)
	inv := identity(n)
	for col := range n {
		pivot := col
		for row := col + 1; row < n; row++ {
			if math.Abs(work[row][col]) > math.Abs(work[pivot][col]) {
				pivot = row
			}
		}
		work[col], work[pivot] = work[pivot], work[col]
		inv[col], inv[pivot] = inv[pivot], inv[col]
		scale := 1 / work[col][col]
		for j := range n {
			work[col][j] *= scale
			inv[col][j] *= scale
		}
		for row := range n {
			f := work[row][col]
			if row == col || f == 0 {
				continue
			}
			for j := range n {
				work[row][j] -= f * work[col][j]
				inv[row][j] -= f * inv[col][j]
			}
		}
	}
	return inv
}
