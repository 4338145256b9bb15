package live

import (
	"math"
	"runtime"
	"time"

	"simrun/des"
)

// Rate is how much work one thread that has a core to itself does in a second.
type Rate float64

// chunk is how much is burned between two looks at whether to stop: some tens of microseconds.
const chunk = 20_000

// spin does n units of work: a chain of multiplications that touches no memory and that no core does two of at once.
//
//go:noinline
func spin(n int64) {
	x := uint64(n) | 1
	for range n {
		x = x*6364136223846793005 + 1442695040888963407
	}
	runtime.KeepAlive(x) // or the compiler would drop the work
}

// burn does an amount of work, whatever time that takes: a clock would hide that the cores are shared. False when it
// was stopped.
func burn(amount int64, stop func() bool) bool {
	for amount > 0 {
		if stop() {
			return false
		}
		n := min(amount, chunk)
		spin(n)
		amount -= n
	}
	return true
}

// amount is the work that takes so long on a core of its own.
func (r Rate) amount(demand des.Time) int64 {
	if demand == des.Never {
		return math.MaxInt64
	}
	return int64(demand.Seconds() * float64(r))
}

// MeasureRate finds the rate: the fastest of many short spells, as whatever disturbs a spell makes it slower.
func MeasureRate() Rate {
	const spell, spells = 50 * chunk, 60
	best := time.Duration(math.MaxInt64)
	for range spells {
		began := time.Now()
		burn(spell, func() bool { return false })
		best = min(best, time.Since(began))
	}
	return Rate(float64(spell) / best.Seconds())
}
