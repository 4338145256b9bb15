package des

import "math/rand/v2"

// Key names a random stream. Keys are derived from one seed by With, so that every purpose of every class in every
// replication draws from numbers of its own, whatever order the draws happen in. That is what makes the same tasks
// meet every layout (common random numbers).
type Key struct{ hi, lo uint64 }

// NewKey is the root of all streams of one seed.
func NewKey(seed uint64) Key { return Key{0x9e3779b97f4a7c15, seed}.With(0) }

// With derives the key of a sub-stream: a replication, a class, a purpose, a task, an attempt.
func (k Key) With(n uint64) Key { return k.Salted(NewSalt(n)) }

// Salt is the part of that which depends on the number alone, for numbers with which many keys are derived.
type Salt uint64

// NewSalt is the salt of a number.
func NewSalt(n uint64) Salt { return Salt(mix(n + 0x9e3779b97f4a7c15)) }

// Salted is With of the number whose salt it is.
func (k Key) Salted(s Salt) Key {
	hi := mix(k.hi ^ uint64(s))
	return Key{hi, mix(k.lo + hi)}
}

// WithName derives the key of a sub-stream named by a word: renaming nothing else changes it, and the order of
// declaration does not matter. FNV-1a over the bytes.
func (k Key) WithName(name string) Key {
	h := uint64(0xcbf29ce484222325)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 0x100000001b3
	}
	return k.With(h)
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
// generators"): a bijection of 64-bit words in which every input bit reaches every output bit.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Stream is a random generator (PCG-DXSM of math/rand/v2) that can be pointed at another key without allocating.
// It must not be copied: its rand.Rand refers to its own state. Make it with NewStream.
type Stream struct {
	rand.Rand
	pcg rand.PCG
}

// NewStream is the stream of key k, at its beginning.
func NewStream(k Key) *Stream {
	s := &Stream{}
	s.Rand = *rand.New(&s.pcg)
	s.Reset(k)
	return s
}

// Reset moves the stream to the beginning of key k.
func (s *Stream) Reset(k Key) { s.pcg.Seed(k.hi, k.lo) }
