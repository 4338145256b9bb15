package live

import (
	"math"
	"runtime"
	"slices"
	"time"

	"example.com/simrun/des"
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

// MeasureRate finds what a thread sustains. What disturbs a spell only makes it slower, so the slower half is not
// looked at; but the fastest of very short ones would be a rate that nothing keeps up: the kernel has its interrupts.
func MeasureRate() Rate {
	const spell, spells = 500 * chunk, 20
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var took [spells]time.Duration
	for i := range took {
		began := time.Now()
		burn(spell, func() bool { return false })
		took[i] = time.Since(began)
	}
	slices.Sort(took[:])
	return Rate(float64(spell) / took[spells/4].Seconds())
}
