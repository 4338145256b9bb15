package des

import "math/bits"

// mantissa is the number of bits kept below the leading one: buckets are at most 1/2^7 = 0.8 % wide, so that a
// value interpolated in one is within 0.4 % of the truth.
const mantissa = 7

// Histogram counts times in log-linear buckets (exact below 2^8 ns), with the exact number, sum, minimum and
// maximum beside them. Memory grows with the spread of the values, never with their number. The zero value is
// empty; histograms merge exactly.
type Histogram struct {
	n        int64
	zeros    int64 // apart, so that tasks that did not wait do not stretch the range of buckets down to 0
	sum      Sum
	min, max Time
	first    int // bucket of counts[0]
	counts   []int64
}

func bucketOf(t Time) int {
	v := uint64(t)
	shift := bits.Len64(v) - (mantissa + 1)
	if shift <= 0 {
		return int(v)
	}
	return shift<<mantissa + int(v>>(shift&63)) // the mask saves the test that a shift is below 64
}

// bounds are the values [low, high) that fall into bucket b.
func bounds(b int) (low, high Time) {
	if b < 2<<mantissa {
		return Time(b), Time(b + 1)
	}
	shift := b>>mantissa - 1
	m := Time(b - shift<<mantissa)
	return m << shift, (m + 1) << shift
}

// Add counts one value; negative values count as 0.
func (h *Histogram) Add(t Time) {
	// Nearly every value lies among those seen before.
	counts := h.counts
	if i := bucketOf(t) - h.first; t >= h.min && t <= h.max && t > 0 && uint(i) < uint(len(counts)) {
		h.n++
		h.sum.Add(t)
		counts[i]++
		return
	}
	h.extend(max(t, 0))
}

// extend adds a value that is 0, or may be beyond those seen before.
func (h *Histogram) extend(t Time) {
	if h.n == 0 || t < h.min {
		h.min = t
	}
	if t > h.max {
		h.max = t
	}
	h.n++
	if t == 0 {
		h.zeros++
		return
	}
	h.sum.Add(t)
	b := bucketOf(t)
	h.cover(b, b)
	h.counts[b-h.first]++
}

// cover makes room for the buckets lo..hi, with an octave to spare on the side that grows.
func (h *Histogram) cover(lo, hi int) {
	if len(h.counts) == 0 {
		h.first = max(0, lo-1<<mantissa)
		h.counts = make([]int64, hi-h.first+1<<mantissa)
		return
	}
	if lo < h.first {
		first := max(0, lo-1<<mantissa)
		h.counts = append(make([]int64, h.first-first, h.first-first+len(h.counts)), h.counts...)
		h.first = first
	}
	if need := hi - h.first + 1; need > len(h.counts) {
		h.counts = append(h.counts, make([]int64, need+1<<mantissa-len(h.counts))...)
	}
}

// Merge adds all of o.
func (h *Histogram) Merge(o *Histogram) {
	if o.n == 0 {
		return
	}
	if h.n == 0 || o.min < h.min {
		h.min = o.min
	}
	h.max = max(h.max, o.max)
	h.n += o.n
	h.zeros += o.zeros
	h.sum.Merge(o.sum)
	if len(o.counts) == 0 {
		return
	}
	h.cover(o.first, o.first+len(o.counts)-1)
	into := h.counts[o.first-h.first:]
	for i, c := range o.counts {
		into[i] += c
	}
}

// Count is the number of values.
func (h *Histogram) Count() int64 { return h.n }

// Mean is the exact mean in seconds, 0 when empty.
func (h *Histogram) Mean() float64 {
	if h.n == 0 {
		return 0
	}
	return h.sum.Seconds() / float64(h.n)
}

// Max is the largest value, 0 when empty.
func (h *Histogram) Max() Time { return h.max }

// Min is the smallest value, 0 when empty.
func (h *Histogram) Min() Time { return h.min }

// Quantile is the p-quantile in seconds (0 <= p <= 1), zeros included, interpolated within its bucket and clamped
// to the extremes; 0 when empty.
func (h *Histogram) Quantile(p float64) float64 {
	if h.n == 0 {
		return 0
	}
	rank := p * float64(h.n)
	below := float64(h.zeros)
	if rank <= below && h.zeros > 0 {
		return 0
	}
	for i, c := range h.counts {
		if c == 0 {
			continue
		}
		if below+float64(c) >= rank {
			low, high := bounds(h.first + i)
			v := low.Seconds() + float64((rank-below)/float64(c)*(high-low).Seconds())
			return min(max(v, h.min.Seconds()), h.max.Seconds())
		}
		below += float64(c)
	}
	return h.max.Seconds()
}

// Share is the share of values at most t, interpolated within the bucket of t (NaN-free: 0 when empty).
func (h *Histogram) Share(t Time) float64 {
	if h.n == 0 || t < 0 {
		return 0
	}
	if t >= h.max {
		return 1
	}
	below := float64(h.zeros)
	b := bucketOf(t)
	for i, c := range h.counts {
		switch at := h.first + i; {
		case at < b:
			below += float64(c)
		case at == b:
			low, high := bounds(b)
			below += float64(c) * float64(t-low+1) / float64(high-low)
		}
	}
	return below / float64(h.n)
}

// Reset empties the histogram, keeping its memory.
func (h *Histogram) Reset() {
	clear(h.counts)
	*h = Histogram{first: h.first, counts: h.counts}
}
