package live

import (
	"os"
	"strconv"
	"syscall"
)

// The nice values of the harness and of what it measures.
const (
	harness = -10
	bodies  = 0
)

// raise puts every thread of this process before the bodies, so that the loop is not late because of what it measures.
// Threads made later inherit it. It needs a privilege; without it nothing changes, and false is returned.
func raise() bool { return renice(harness) }

// lower takes raise back.
func lower() { renice(bodies) }

func renice(nice int) bool {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return false
	}
	ok := false
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			ok = syscall.Setpriority(syscall.PRIO_PROCESS, id, nice) == nil || ok
		}
	}
	return ok
}

// lowerThread makes this thread one of the measured.
func lowerThread() { _ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, bodies) }
