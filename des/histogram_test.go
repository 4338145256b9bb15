package des_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"example.com/simrun/des"
)

var samples = map[string]func(*rand.Rand) des.Time{
	"exponential": func(r *rand.Rand) des.Time { return des.Seconds(r.ExpFloat64()) },
	"heavy tail":  func(r *rand.Rand) des.Time { return des.Seconds(math.Exp(3 * r.NormFloat64())) },
	"many zeros": func(r *rand.Rand) des.Time {
		if r.Float64() < 0.6 {
			return 0
		}
		return des.Seconds(r.ExpFloat64())
	},
	"tiny":     func(r *rand.Rand) des.Time { return des.Time(r.Int64N(300)) },
	"constant": func(*rand.Rand) des.Time { return 42 * time.Millisecond },
}

var quantiles = []float64{0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1}

// TestHistogramAgainstHDR compares with HdrHistogram at five digits, which is exact beside a bucket of 0.8 %.
func TestHistogramAgainstHDR(t *testing.T) {
	for name, draw := range samples {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			var h des.Histogram
			oracle := hdrhistogram.New(1, int64(1000*time.Hour), 5)
			var sum float64
			least, most := des.Never, des.Time(0)
			const n = 50_000
			for range n {
				d := draw(random)
				h.Add(d)
				if err := oracle.RecordValue(int64(d)); err != nil {
					t.Fatal(err)
				}
				sum += d.Seconds()
				least, most = min(least, d), max(most, d)
			}
			if h.Count() != n || h.Min() != least || h.Max() != most {
				t.Errorf("%d values from %d to %d, want %d from %d to %d", h.Count(), h.Min(), h.Max(), n, least, most)
			}
			if want := sum / n; math.Abs(h.Mean()-want) > 1e-9*want {
				t.Errorf("mean %v, want %v", h.Mean(), want)
			}
			for _, p := range quantiles {
				got, want := h.Quantile(p), float64(oracle.ValueAtQuantile(100*p))/1e9
				if math.Abs(got-want) > 0.008*want+2e-9 { // a value of whole nanoseconds may be off by one
					t.Errorf("quantile %v is %v, want %v", p, got, want)
				}
				if share := h.Share(des.Seconds(want * 1.008)); share < p-1e-3 {
					t.Errorf("share up to quantile %v is %v", p, share)
				}
			}
		})
	}
}

func TestHistogramMergeIsAddingAll(t *testing.T) {
	for _, order := range [][]string{
		{"exponential", "heavy tail"},
		{"tiny", "exponential"},
		{"exponential", "tiny"},
		{"many zeros", "constant", "tiny"},
		{"constant"},
	} {
		random := rand.New(rand.NewPCG(1, 2))
		var all, merged, empty des.Histogram
		for _, name := range order {
			var part des.Histogram
			for range 1000 {
				d := samples[name](random)
				all.Add(d)
				part.Add(d)
			}
			merged.Merge(&part)
			merged.Merge(&empty)
		}
		if all.Count() != merged.Count() || all.Mean() != merged.Mean() || all.Min() != merged.Min() || all.Max() != merged.Max() {
			t.Errorf("%v: merged %d, %v, %v, %v; all %d, %v, %v, %v", order,
				merged.Count(), merged.Mean(), merged.Min(), merged.Max(), all.Count(), all.Mean(), all.Min(), all.Max())
		}
		for _, p := range quantiles {
			if got, want := merged.Quantile(p), all.Quantile(p); got != want {
				t.Errorf("%v: quantile %v of the merged is %v, of all %v", order, p, got, want)
			}
			if got, want := merged.Share(des.Seconds(p)), all.Share(des.Seconds(p)); got != want {
				t.Errorf("%v: share up to %v of the merged is %v, of all %v", order, p, got, want)
			}
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	var h des.Histogram
	check := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 0.008*want {
			t.Errorf("%s %v, want %v", what, got, want)
		}
	}
	check("quantile of nothing", h.Quantile(0.5), 0)
	check("share of nothing", h.Share(1), 0)
	check("mean of nothing", h.Mean(), 0)

	h.Add(-5) // counts as 0
	h.Add(0)
	h.Add(0)
	h.Add(time.Second)
	check("quantile among zeros", h.Quantile(0.75), 0)
	check("quantile beyond zeros", h.Quantile(0.76), 1)
	check("greatest", h.Quantile(1), 1)
	check("share at 0", h.Share(0), 0.75)
	check("share below 0", h.Share(-1), 0)
	check("share between", h.Share(time.Millisecond), 0.75)
	check("share of all", h.Share(time.Second), 1)
	check("mean", h.Mean(), 0.25)
	check("least", h.Min().Seconds(), 0)

	h.Reset()
	h.Add(des.Never)
	h.Add(2)
	check("count after Reset", float64(h.Count()), 2)
	check("least after Reset", float64(h.Min()), 2)
	check("greatest after Reset", float64(h.Max()), float64(des.Never))
	check("value after Reset", h.Quantile(0.5), 3e-9) // the end of [2, 3)
	var fresh des.Histogram
	fresh.Add(des.Never)
	fresh.Add(2)
	if h.Quantile(0.9) != fresh.Quantile(0.9) || h.Mean() != fresh.Mean() {
		t.Error("a histogram after Reset differs from a new one")
	}
}

func TestHistogramAllocatesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var h des.Histogram
	fill := func() {
		for range 1000 {
			h.Add(des.Time(random.Int64N(int64(time.Hour))))
		}
	}
	h.Add(1)
	h.Add(time.Hour)
	if got := testing.AllocsPerRun(10, fill); got != 0 {
		t.Errorf("%v allocations for 1000 values within the range seen", got)
	}
}
