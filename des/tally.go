package des

import "math/bits"

// Sum is an exact 128-bit sum of times: ten million tasks that wait a quarter of an hour overflow 64 bits.
// The zero value is 0.
type Sum struct{ hi, lo uint64 }

// Add adds t >= 0.
func (s *Sum) Add(t Time) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, uint64(t), 0)
	s.hi += carry
}

// AddProduct adds n*t, both >= 0.
func (s *Sum) AddProduct(n int, t Time) {
	hi, lo := bits.Mul64(uint64(n), uint64(t))
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += hi + carry
}

// Merge adds another sum.
func (s *Sum) Merge(o Sum) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, o.lo, 0)
	s.hi += o.hi + carry
}

// Seconds is the sum in seconds, rounded once.
func (s Sum) Seconds() float64 { return (float64(s.hi)*0x1p64 + float64(s.lo)) / 1e9 }

// Area is the time-weighted integral of a count (queue length, busy slots) from the start of observation.
// The zero value observes from time 0 with count 0.
type Area struct {
	sum   Sum
	from  Time
	since Time
	level int
	most  int
}

// Set says that from time now on the count is n.
func (a *Area) Set(now Time, n int) {
	if n == a.level {
		return
	}
	a.settle(now)
	a.level = n
	a.most = max(a.most, n)
}

// Add changes the count by d from time now on.
func (a *Area) Add(now Time, d int) {
	a.settle(now)
	a.level += d
	a.most = max(a.most, a.level)
}

// Level is the count now.
func (a *Area) Level() int { return a.level }

func (a *Area) settle(now Time) {
	if now > a.since {
		a.sum.AddProduct(a.level, now-a.since)
		a.since = now
	}
}

// Restart forgets what was observed before now; the count stays.
func (a *Area) Restart(now Time) {
	*a = Area{from: now, since: now, level: a.level, most: a.level}
}

// Mean is the time average of the count from the start of observation to now (0 when no time has passed).
func (a *Area) Mean(now Time) float64 {
	a.settle(now)
	if now <= a.from {
		return 0
	}
	return a.sum.Seconds() / (now - a.from).Seconds()
}

// Integral is the area in count-seconds from the start of observation to now.
func (a *Area) Integral(now Time) float64 {
	a.settle(now)
	return a.sum.Seconds()
}

// Most is the largest count observed.
func (a *Area) Most() int { return a.most }
