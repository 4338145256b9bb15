package sim_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
)

// The first finish is found without a look at each machine: the same one, and of equals that of the first.
func TestFirstFinish(t *testing.T) {
	draw := des.NewStream(des.NewKey(5))
	for _, machines := range []int{1, 2, 3, 45, 64} {
		f, at := sim.NewFinishes(machines), slices.Repeat([]des.Time{des.Never}, machines)
		for range 5000 {
			for range draw.IntN(4) {
				i := draw.IntN(machines)
				at[i] = des.Time(draw.IntN(20))
				if at[i] == 0 {
					at[i] = des.Never
				}
				f.Set(i, at[i])
			}
			machine, first := f.First()
			require.Equal(t, slices.Min(at), first)
			if first < des.Never {
				require.Equal(t, slices.Index(at, first), machine)
			}
		}
	}
}
