package sim

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALineIsFirstInFirstOut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var l line[int]
	in, out := 0, 0
	for range 20000 {
		if l.len() == 0 || r.IntN(200) < 101 {
			l.push(in)
			in++
			continue
		}
		require.Equal(t, out, *l.front())
		require.Equal(t, out, l.pop())
		out++
		require.Equal(t, in-out, l.len())
	}
	require.Less(t, cap(l.entries), 4*max(256, in-out), "what has left is cut off")
}

func TestUsersAreTold(t *testing.T) {
	w := World{slots: make([]place, 5), threads: make([]thread, 3), labour: make([]labourer, 5)}
	for i := range w.slots {
		u := w.slotUser(int32(i))
		require.EqualValues(t, i, w.slotOf(u))
		require.Nil(t, w.threadOf(u))
		require.Nil(t, w.labourerOf(u))
	}
	for i := range w.threads {
		u := w.threadUser(int32(i))
		require.EqualValues(t, none, w.slotOf(u))
		require.Same(t, &w.threads[i], w.threadOf(u))
		require.Nil(t, w.labourerOf(u))
	}
	for i := range w.labour {
		u := w.labourUser(i)
		require.EqualValues(t, none, w.slotOf(u))
		require.Nil(t, w.threadOf(u))
		require.Same(t, &w.labour[i], w.labourerOf(u))
		require.Less(t, int(u), w.users())
	}
}
