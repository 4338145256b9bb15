package live

import (
	"os"
	"syscall"
	"time"
	"unsafe"
)

// kernelAlarm is a timerfd: the runtime's own timers of an idle program are up to 1 ms late, since it waits in whole
// milliseconds.
type kernelAlarm struct {
	fd   int
	file *os.File
	c    chan time.Time
	done chan struct{}
}

// itimerspec is timerfd_settime's struct of the same name.
type itimerspec struct{ interval, value syscall.Timespec }

// newAlarm is a kernelAlarm, or, where the kernel has none to give, the runtime's.
func newAlarm() alarm {
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, 1 /* CLOCK_MONOTONIC */, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return newRuntimeAlarm()
	}
	a := &kernelAlarm{
		fd: int(fd), file: os.NewFile(fd, "timerfd"), c: make(chan time.Time, 1), done: make(chan struct{}),
	}
	go a.listen()
	return a
}

func (a *kernelAlarm) listen() {
	defer close(a.done)
	var expirations [8]byte
	for {
		if _, err := a.file.Read(expirations[:]); err != nil {
			return // closed
		}
		select {
		case a.c <- time.Time{}:
		default:
		}
	}
}

func (a *kernelAlarm) set(in time.Duration) {
	spec := itimerspec{value: syscall.NsecToTimespec(int64(max(in, 1)))} // 0 would disarm it
	_, _, _ = syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, uintptr(a.fd), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

func (a *kernelAlarm) ticks() <-chan time.Time { return a.c }

func (a *kernelAlarm) close() {
	_ = a.file.Close() // which ends the Read
	<-a.done
}
