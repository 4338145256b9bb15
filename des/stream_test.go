package des_test

import (
	"math"
	"testing"

	"example.com/simrun/des"
)

func draws(s *des.Stream, n int) []uint64 {
	var all []uint64
	for range n {
		all = append(all, s.Uint64())
	}
	return all
}

// TestGoldenStreams: seeded results must stay what they were. These numbers may change only together with every
// published figure.
func TestGoldenStreams(t *testing.T) {
	root := des.NewKey(1)
	for _, c := range []struct {
		name string
		key  des.Key
		want [2]uint64
	}{
		{"root", root, [2]uint64{0x8a55f6330b66212e, 0xc7ca1fde8b0d3cf5}},
		{"another seed", des.NewKey(2), [2]uint64{0x851691c162f9cdf6, 0x68956b96530ea720}},
		{"a number", root.With(1), [2]uint64{0x37ce7834f34d89ff, 0xc34c03d67bbc8fb3}},
		{"a name", root.WithName("tasks"), [2]uint64{0xe48d935ffd4669da, 0x10af5d5bcc1647d9}},
		{"both", root.WithName("tasks").With(3), [2]uint64{0x4cd031e654683d67, 0x4a77ce44554caa86}},
	} {
		s := des.NewStream(c.key)
		if got := [2]uint64{s.Uint64(), s.Uint64()}; got != c.want {
			t.Errorf("%s: %#x, want %#x", c.name, got, c.want)
		}
	}
	s := des.NewStream(root)
	if got, want := [3]float64{s.Float64(), s.ExpFloat64(), s.NormFloat64()}, [3]float64{0.6863036368022557, 1.9175643135643319, 1.1675949951283853}; got != want {
		t.Errorf("laws: %v, want %v", got, want)
	}
}

func TestStreamReset(t *testing.T) {
	key := des.NewKey(7).With(3)
	s := des.NewStream(key)
	first := draws(s, 10)
	s.Reset(key.With(1))
	other := draws(s, 10)
	s.Reset(key)
	again := draws(s, 10)
	for i := range first {
		if again[i] != first[i] {
			t.Errorf("draw %d after Reset: %d, want %d", i, again[i], first[i])
		}
		if other[i] == first[i] {
			t.Errorf("draw %d of another key is the same", i)
		}
	}
}

// TestKeysDiffer: no two ways of deriving a key, as they occur side by side in one run, name the same stream.
func TestKeysDiffer(t *testing.T) {
	seen := map[des.Key]string{}
	add := func(k des.Key, name string) {
		t.Helper()
		if was, ok := seen[k]; ok {
			t.Errorf("%s and %s share a stream", was, name)
		}
		seen[k] = name
	}
	for _, seed := range []uint64{0, 1, 2, 1 << 63, math.MaxUint64} {
		root := des.NewKey(seed)
		add(root, "root")
		for n := range uint64(100) {
			k := root.With(n)
			add(k, "number")
			for m := range uint64(100) {
				add(k.With(m), "number of a number") // With(1).With(2) is not With(2).With(1)
			}
		}
		for _, name := range []string{"", "a", "b", "ab", "ba", "tasks", "broker"} {
			add(root.WithName(name), name)
			add(root.WithName(name).WithName("a"), name+"/a")
		}
	}
}

// TestStreamsAreIndependent is a smoke test: first draws of neighbouring keys are uniform and uncorrelated, which they
// would not be if keys were seeds taken as they are.
func TestStreamsAreIndependent(t *testing.T) {
	const n, bins = 100_000, 64
	root := des.NewKey(1)
	s := des.NewStream(root)
	var count [bins]int
	var before, product float64
	for i := range n {
		s.Reset(root.With(uint64(i)))
		u := s.Float64()
		count[int(u*bins)]++
		product += (u - 0.5) * (before - 0.5)
		before = u
	}
	var chi2 float64
	for _, c := range count {
		d := float64(c) - float64(n)/bins
		chi2 += d * d / (float64(n) / bins)
	}
	// chi-square with 63 degrees of freedom: mean 63, standard deviation 11.2.
	if chi2 < 63-5*11.2 || chi2 > 63+5*11.2 {
		t.Errorf("chi-square %.1f of uniform first draws, want about 63", chi2)
	}
	if r := product / n * 12; math.Abs(r) > 5/math.Sqrt(n) {
		t.Errorf("correlation of neighbours %.4f", r)
	}
}
