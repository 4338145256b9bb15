package live

import (
	"os"
	"strconv"
	"syscall"
	"unsafe"
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
			ok = rank(id, nice) || ok
		}
	}
	return ok
}

// rank gives a thread (0 = this one) a place: a nice value, and for the harness, where the system lets it, one before
// all that is merely nice, as the scheduler may leave even nice threads waiting for some milliseconds.
func rank(thread, nice int) bool {
	policy, priority := 0, int32(0) // SCHED_OTHER
	if nice == harness {
		policy, priority = 2, 1 // SCHED_RR, the lowest of its priorities
	}
	_, _, errno := syscall.Syscall(syscall.SYS_SCHED_SETSCHEDULER, uintptr(thread), uintptr(policy), uintptr(unsafe.Pointer(&priority)))
	return syscall.Setpriority(syscall.PRIO_PROCESS, thread, nice) == nil || nice == harness && errno == 0
}

// lowerThread makes this thread one of the measured, and lets it sleep no longer than it asks for: by default the kernel
// takes up to 50 us more, to wake several threads at once (prctl(2): PR_SET_TIMERSLACK).
func lowerThread() {
	rank(0, bodies)
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, 29 /* PR_SET_TIMERSLACK */, 1 /* ns */, 0)
}
