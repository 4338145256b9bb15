package strategies

import (
	"math"
	"slices"

	"example.com/simrun/capacity"
	"example.com/simrun/internal/units"
	"example.com/simrun/workloads"
)

// size deals the slots out, and says whether that could be done.
func (b *builder) size(from *Layout, shares []share) bool {
	d := b.spec.Derive
	total := from.Slots()
	if total < len(shares) {
		b.fail("derive.split_by", "%d slots for %d workers: want at least one each", total, len(shares))
		return false
	}
	switch {
	case d.Shares != nil && d.Share != "":
		b.fail("derive.share", "%q and slots by name: want one of them", d.Share)
		return false
	case d.Shares != nil:
		return b.given(from, shares)
	case d.Share == "equal":
		for i := range shares {
			shares[i].load = 1
		}
	case d.Share == "load" || d.Share == "":
		if !b.loads(from, shares) {
			return false
		}
	default:
		_, err := units.Choose([]string{"load", "equal"}, d.Share)
		b.fail("derive.share", "%v, or slots by name", err)
		return false
	}
	loads := make([]float64, len(shares))
	for i := range shares {
		loads[i] = shares[i].load
	}
	for i, n := range apportion(total, loads) {
		shares[i].slots = n
	}
	return true
}

// given takes the slots as written: a number for every worker, and the budget in all.
func (b *builder) given(from *Layout, shares []share) bool {
	d := b.spec.Derive
	var names []string
	sum := 0
	for i := range shares {
		names = append(names, shares[i].name)
		shares[i].slots = d.Shares[shares[i].name]
		if shares[i].slots < 1 {
			b.fail("derive.share", "%q: %d: want at least 1 slot", shares[i].name, shares[i].slots)
		}
		sum += shares[i].slots
	}
	for name := range sortedKeys(d.Shares) {
		if !slices.Contains(names, name) {
			b.fail("derive.share", "%q: want %s%s", name, units.Alternatives(names), units.Suggestion(name, names))
		}
	}
	if sum != from.Slots() {
		b.fail("derive.share", "%d slots in all: want %d, as %q has", sum, from.Slots(), from.Name)
	}
	return !Failed(b.problems)
}

// loads are the slots that the tasks of each share keep busy, on a worker of the other layout.
func (b *builder) loads(from *Layout, shares []share) bool {
	for i := range shares {
		for _, c := range shares[i].classes {
			rate := workloads.MeanRate(b.classes, c)
			if math.IsNaN(rate) || math.IsInf(rate, 0) {
				b.fail("derive.share", "load: the rate of %q depends on how long its tasks take: want equal, or slots by name", b.classes[c].Name)
				return false
			}
			w := capacity.Takers(from.Workers, from.ClassQueue[c])[0] // the others are alike
			shares[i].load += rate * capacity.Demand(from.capacity(), b.classes, b.machines, c, w)
		}
	}
	return true
}

// apportion deals n seats out in proportion to the loads by largest remainder, at least one each. Ties go to the
// first. Without any load all are equal.
func apportion(n int, loads []float64) []int {
	var sum float64
	for _, load := range loads {
		sum += load
	}
	seats := make([]int, len(loads))
	rest := make([]float64, len(loads)) // owed beyond the seats
	left := n
	for i, load := range loads {
		quota := float64(n) / float64(len(loads))
		if sum > 0 {
			quota = float64(n) * (load / sum)
		}
		seats[i] = max(1, int(quota))
		rest[i] = quota - float64(seats[i])
		left -= seats[i]
	}
	for ; left > 0; left-- {
		i := slices.Index(rest, slices.Max(rest))
		seats[i]++
		rest[i]--
	}
	for ; left < 0; left++ {
		// Seats given for free are paid by those that have the most beyond what they are owed.
		most := -1
		for i := range seats {
			if seats[i] > 1 && (most < 0 || rest[i] < rest[most]) {
				most = i
			}
		}
		seats[most]--
		rest[most]++
	}
	return seats
}
