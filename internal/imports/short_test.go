package imports

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/internal/logs"
)

// course is a log of so many tasks whose rate doubles in its second half.
func course(n int) *logs.Log {
	l := &logs.Log{Name: "log"}
	at := 0.0
	for i := range n {
		if at += 0.2; i > n/3 {
			at -= 0.1
		}
		l.Tasks = append(l.Tasks, logs.Task{
			ID: fmt.Sprint(i), Class: "a", Queue: "q", Arrived: at, Received: at, Outcome: logs.OK,
			Attempts: []logs.Attempt{{Worker: "w", Started: at + 0.01, Ended: at + 0.05, Runtime: 0.04}},
		})
	}
	l.Span = at + 0.05
	return l
}

// A resample has other tasks, in order, and the same course.
func TestResample(t *testing.T) {
	l := course(3000)
	half := func(l *logs.Log) (first, second float64) {
		before := math.Inf(-1)
		for i := range l.Tasks {
			task := &l.Tasks[i]
			assert.GreaterOrEqual(t, task.Arrived, before)
			assert.InDelta(t, 0.01, task.Attempts[0].Started-task.Arrived, 1e-9)
			if before = task.Arrived; before < l.Span/2 {
				first++
			} else {
				second++
			}
		}
		return first, second
	}
	a, b := half(l)
	draw := des.NewStream(des.NewKey(1))
	r := resampled(l, draw)
	c, d := half(r)
	assert.NotEqual(t, l.Tasks[100].ID, r.Tasks[100].ID)
	assert.InEpsilon(t, b/a, d/c, 0.15)
	assert.Len(t, l.Tasks, 3000, "the log stays")
	assert.InDelta(t, 0.2, l.Tasks[0].Arrived, 1e-9)
	assert.Equal(t, r.Tasks, resampled(l, des.NewStream(des.NewKey(1))).Tasks, "the same draws, the same tasks")
}

// The stretch of a long log begins where little waits, and its times are its own.
func TestStretch(t *testing.T) {
	l := course(300)
	s := stretchOf(l, 100)
	assert.True(t, s.cut())
	assert.Len(t, s.Tasks, 100)
	assert.Greater(t, s.first, 99, "where it is busiest")
	assert.InDelta(t, 0, s.Tasks[0].Arrived, 1e-9)
	assert.InDelta(t, 9.9, s.Tasks[99].Arrived, 0.2)
	asked := logs.Demand{CPU: 1}
	s.Tasks[3].Attempts[0].Asked = &asked
	assert.Nil(t, l.Tasks[s.first+3].Attempts[0].Asked)
	s.giveBack()
	assert.Equal(t, &asked, l.Tasks[s.first+3].Attempts[0].Asked)
	assert.Contains(t, s.words(), "100 in a row")

	for i := range 20 { // a backlog where it would be busiest
		for k := range l.Tasks[200].Attempts {
			l.Tasks[200+i].Attempts[k].Ended += 1000
		}
	}
	whole := stretchOf(l, 300)
	assert.False(t, whole.cut())
	assert.LessOrEqual(t, stretchOf(l, 60).first, 200)
}
