package des

import "sort"

// Distribution is a Histogram that takes no more values, without its empty buckets: what a replication leaves behind
// when thousands of them are kept. Its figures are those of the histogram to the last bit.
type Distribution struct {
	n, zeros int64
	sum      Sum
	min, max Time
	buckets  []uint16 // those with values, ascending
	upTo     []uint32 // values in them and all below, the zeros left out
}

// Distribution is a copy of what was counted.
func (h *Histogram) Distribution() Distribution {
	d := Distribution{n: h.n, zeros: h.zeros, sum: h.sum, min: h.min, max: h.max}
	used := 0
	for _, c := range h.counts {
		if c > 0 {
			used++
		}
	}
	d.buckets, d.upTo = make([]uint16, 0, used), make([]uint32, 0, used)
	below := uint32(0)
	for i, c := range h.counts {
		if c > 0 {
			below += uint32(c)
			d.buckets, d.upTo = append(d.buckets, uint16(h.first+i)), append(d.upTo, below)
		}
	}
	return d
}

// Count is the number of values.
func (d *Distribution) Count() int64 { return d.n }

// Total is the exact sum of the values in seconds.
func (d *Distribution) Total() float64 { return d.sum.Seconds() }

// Max is the largest value, 0 when empty.
func (d *Distribution) Max() Time { return d.max }

// AtMost is the number of values up to t, interpolated within the bucket of t.
func (d *Distribution) AtMost(t Time) float64 {
	switch {
	case t < 0 || d.n == 0:
		return 0
	case t >= d.max:
		return float64(d.n)
	}
	b := bucketOf(t)
	i := sort.Search(len(d.buckets), func(i int) bool { return int(d.buckets[i]) >= b })
	below := uint32(0)
	if i > 0 {
		below = d.upTo[i-1]
	}
	count := float64(d.zeros) + float64(below)
	if i < len(d.buckets) && int(d.buckets[i]) == b {
		low, high := bounds(b)
		count += float64(d.upTo[i]-below) * float64(t-low+1) / float64(high-low)
	}
	return count
}

// Quantile is the p-quantile in seconds, as that of the histogram; 0 when empty.
func (d *Distribution) Quantile(p float64) float64 {
	if d.n == 0 {
		return 0
	}
	rank := p*float64(d.n) - float64(d.zeros)
	if rank <= 0 && d.zeros > 0 {
		return 0
	}
	i := sort.Search(len(d.upTo), func(i int) bool { return float64(d.upTo[i]) >= rank })
	if i == len(d.upTo) {
		return d.max.Seconds()
	}
	below := 0.0
	if i > 0 {
		below = float64(d.upTo[i-1])
	}
	low, high := bounds(int(d.buckets[i]))
	v := low.Seconds() + float64((rank-below)/(float64(d.upTo[i])-below)*(high-low).Seconds())
	return min(max(v, d.min.Seconds()), d.max.Seconds())
}
