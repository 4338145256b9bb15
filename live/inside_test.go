package live

import (
	"bytes"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func TestFramesComeThroughThePipe(t *testing.T) {
	frames := []frame{
		{kind: frameHello, code: uint8(worker.Gevent), number: 1.5e9, text: "/tmp/services"},
		{kind: frameStart, slot: 7, gen: 1 << 40, code: uint8(workloads.Crash), phases: []phase{
			{cpu: true, cores: 2, demand: time.Second}, {demand: des.Never}, {call: true, service: 3, fails: true, demand: 7, timeout: time.Minute},
		}},
		frameOf(notice{kind: ended, slot: -1, gen: 3, result: worker.Crashed, took: 42, phases: []des.Time{7, 0}}),
		frameOf(notice{kind: woken, slot: 2, gen: 4, crowd: true}),
	}
	var pipe []byte
	for i := range frames {
		pipe = frames[i].append(pipe)
	}
	r := bytes.NewReader(pipe)
	for _, want := range frames {
		got, err := readFrame(r)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	n, ok := frames[2].notice()
	assert.True(t, ok)
	assert.Equal(t, notice{kind: ended, slot: -1, gen: 3, result: worker.Crashed, took: 42, phases: []des.Time{7, 0}}, n)
	n, ok = frames[3].notice()
	assert.True(t, ok)
	assert.Equal(t, notice{kind: woken, slot: 2, gen: 4, crowd: true}, n)
	_, ok = frames[1].notice()
	assert.False(t, ok, "a child does not start anything")
}

func FuzzReadFrame(f *testing.F) {
	good := frame{kind: frameEnded, slot: 3, gen: 9, number: 1e6, phases: []phase{{demand: 5}}}
	f.Add(good.append(nil))
	f.Add([]byte("garbage"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		got, err := readFrame(r)
		if err != nil {
			return
		}
		used := b[:len(b)-r.Len()]
		again, err := readFrame(bytes.NewReader(got.append(nil)))
		require.NoError(t, err)
		if !math.IsNaN(got.number) {
			assert.Equal(t, got, again)
		}
		assert.Len(t, got.append(nil), len(used))
	})
}

func TestEveryBrokenFrameIsFound(t *testing.T) {
	good := (&frame{kind: frameEnded, slot: 3, gen: 9, number: 1e6}).append(nil)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		_, err := readFrame(bytes.NewReader(append(bad, make([]byte, 1<<16)...)))
		assert.ErrorIs(t, err, errGarbage, "byte %d", i)
	}
}

// The turn goes round in the order of asking, and who is abandoned while waiting does not keep it.
func TestSectionIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s section
		require.True(t, s.enter(nil))
		var order []int
		var wg sync.WaitGroup
		left := make([]chan struct{}, 4)
		for i := range left {
			left[i] = make(chan struct{})
			wg.Go(func() {
				if s.enter(left[i]) {
					order = append(order, i)
					s.leave()
				}
			})
			synctest.Wait()
		}
		close(left[1])
		synctest.Wait()
		assert.True(t, s.wanted())
		s.leave()
		wg.Wait()
		assert.Equal(t, []int{0, 2, 3}, order)
		assert.False(t, s.wanted())
		assert.True(t, s.enter(nil), "free again")
	})
}

func TestBurnDoesItsWholeAmountOrStops(t *testing.T) {
	looks := 0
	count := func() bool { looks++; return false }
	assert.True(t, burn(10*chunk+1, count))
	assert.Equal(t, 11, looks)
	assert.False(t, burn(math.MaxInt64, func() bool { looks--; return looks == 0 }))
	assert.EqualValues(t, 2500, Rate(1e6).amount(2500*time.Microsecond))
	assert.EqualValues(t, math.MaxInt64, Rate(1e6).amount(des.Never))
}
