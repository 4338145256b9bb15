package live

import (
	"sync/atomic"
	"syscall"
	"time"
)

// nap is how long a sleeping thread may take to notice that it was abandoned.
const nap = 200 * time.Millisecond

// pause sleeps; false when it was abandoned. The kernel wakes a thread within some 0.1 ms of its time, the runtime's
// timers of an idle program wake a goroutine up to 1 ms late.
func pause(d time.Duration, gone *atomic.Bool) bool {
	until := time.Now().Add(d)
	for {
		if gone.Load() {
			return false
		}
		left := time.Until(until)
		if left <= 0 {
			return true
		}
		ts := syscall.NsecToTimespec(int64(min(left, nap)))
		_ = syscall.Nanosleep(&ts, nil) // interrupted by a signal: the loop goes on
	}
}
