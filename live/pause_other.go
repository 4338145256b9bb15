//go:build !linux

package live

import (
	"sync/atomic"
	"time"
)

// nap is how long a sleeping thread may take to notice that it was abandoned.
const nap = 200 * time.Millisecond

// pause sleeps; false when it was abandoned.
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
		time.Sleep(min(left, nap))
	}
}
