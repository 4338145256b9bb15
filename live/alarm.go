package live

import "time"

// alarm wakes the loop. Its channel may hold a tick of a time that was set before: the loop looks at the clock.
type alarm interface {
	set(in time.Duration)
	ticks() <-chan time.Time
	close()
}

// runtimeAlarm is the alarm that every system has, and the only one that a bubble of fake time knows.
type runtimeAlarm struct{ *time.Timer }

func newRuntimeAlarm() alarm { return runtimeAlarm{time.NewTimer(0)} }

func (a runtimeAlarm) set(in time.Duration)    { a.Reset(in) }
func (a runtimeAlarm) ticks() <-chan time.Time { return a.C }
func (a runtimeAlarm) close()                  { a.Stop() }
