package des_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/simrun/des"
)

// TestSumOverflows64Bits against arithmetic without bounds.
func TestSumOverflows64Bits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var sum, other des.Sum
	exact := new(big.Int)
	for range 1000 {
		d := des.Time(random.Int64N(math.MaxInt64))
		n := random.IntN(1 << 30)
		sum.Add(d)
		exact.Add(exact, big.NewInt(int64(d)))
		other.AddProduct(n, d)
		exact.Add(exact, new(big.Int).Mul(big.NewInt(int64(n)), big.NewInt(int64(d))))
	}
	sum.Merge(other)
	want, _ := new(big.Float).Quo(new(big.Float).SetInt(exact), big.NewFloat(1e9)).Float64()
	if got := sum.Seconds(); math.Abs(got-want) > 4e-16*want {
		t.Errorf("sum %v, want %v", got, want)
	}
	if want < math.MaxInt64 {
		t.Error("the sum fits 64 bits and shows nothing")
	}
}

func TestSumIsExact(t *testing.T) {
	var s des.Sum
	s.Add(des.Never)
	s.Add(des.Never)
	s.Add(2) // 2^64 in all: one carry
	if got, want := s.Seconds(), 0x1p64/1e9; got != want {
		t.Errorf("sum %v, want %v", got, want)
	}
}

func TestArea(t *testing.T) {
	var a des.Area
	a.Set(2*time.Second, 3)
	a.Add(4*time.Second, -1)
	a.Add(4*time.Second, 5) // no time at this level but one: the largest count is seen all the same
	a.Add(4*time.Second, -6)
	a.Set(5*time.Second, 1) // no change
	check := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s %v, want %v", what, got, want)
		}
	}
	check("integral", a.Integral(6*time.Second), 2*3+2*1)
	check("mean", a.Mean(8*time.Second), 10./8)
	check("most", float64(a.Most()), 7)
	check("level", float64(a.Level()), 1)

	a.Restart(10 * time.Second)
	check("integral after restart", a.Integral(10*time.Second), 0)
	check("mean over no time", a.Mean(10*time.Second), 0)
	check("most after restart", float64(a.Most()), 1)
	a.Add(12*time.Second, 1)
	check("mean after restart", a.Mean(14*time.Second), (2*1+2*2)/4.)
}

func TestSeconds(t *testing.T) {
	for _, c := range []struct {
		seconds float64
		want    des.Time
	}{
		{0, 0},
		{-1, 0},
		{math.NaN(), 0},
		{math.Inf(-1), 0},
		{1.5, 1500 * time.Millisecond},
		{0.4999999e-9, 0},
		{0.5e-9, 1},
		{2.5e-9, 3}, // half away from zero
		{9.2e9, 9_200_000_000 * time.Second},
		{1e10, des.Never - 1},
		{math.Inf(1), des.Never - 1},
	} {
		if got := des.Seconds(c.seconds); got != c.want {
			t.Errorf("%v s is %d, want %d", c.seconds, got, c.want)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		s := math.Exp(random.Float64()*60 - 40)
		if got := des.Seconds(s); s < 9e9 && got != des.Time(math.Round(s*1e9)) {
			t.Fatalf("%v s is %d, want the nearest nanosecond", s, got)
		}
	}
}

func TestMakeGen(t *testing.T) {
	if des.MakeGen(5) != des.MakeGen(1<<24+5) || des.MakeGen(5) == des.MakeGen(1<<23+5) {
		t.Error("a generation is not its lowest 24 bits")
	}
}
