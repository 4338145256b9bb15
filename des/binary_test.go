package des

import (
	"encoding"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCountsTravelAsBytes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var s Sum
	var a Area
	var h, more Histogram
	a.Restart(5)
	for i := range 2000 {
		at := Time(rng.ExpFloat64() * 1e9)
		s.Add(Time(1) << 62)
		a.Set(Time(10+i*1000), rng.IntN(7))
		h.Add(at * Time(i%3))
		more.Add(2 * at)
	}
	pass := func(from encoding.BinaryMarshaler, to encoding.BinaryUnmarshaler) {
		data, err := from.MarshalBinary()
		require.NoError(t, err)
		require.NoError(t, to.UnmarshalBinary(data))
		again, err := to.(encoding.BinaryMarshaler).MarshalBinary()
		require.NoError(t, err)
		assert.Equal(t, data, again)
		assert.Error(t, to.UnmarshalBinary(data[:len(data)-1]))
		if _, is := to.(*Histogram); !is { // the buckets of a histogram go on to the end
			assert.Error(t, to.UnmarshalBinary(append(data, 1)))
		}
		require.NoError(t, to.UnmarshalBinary(data))
	}
	var s2 Sum
	pass(s, &s2)
	assert.Equal(t, s, s2)
	var a2 Area
	pass(&a, &a2)
	assert.Equal(t, a, a2)
	var h2, empty Histogram
	pass(&h, &h2)
	assert.Equal(t, h.Distribution(), h2.Distribution())
	h.Merge(&more)
	h2.Merge(&more)
	assert.Equal(t, h.Distribution(), h2.Distribution())
	pass(&empty, &h2)
	assert.Equal(t, empty.Distribution(), h2.Distribution())
	assert.Error(t, h2.UnmarshalBinary([]byte{0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 15, 2}))
}
