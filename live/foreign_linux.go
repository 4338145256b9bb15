package live

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// tick is the unit of /proc/stat (USER_HZ, 100 on every architecture that Go knows).
const tick = 10 * time.Millisecond

// foreign is the CPU time that was taken so far by whatever is not this process or a child that has ended, the
// hypervisor's share included. False where the system does not say.
func foreign() (time.Duration, bool) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	var all time.Duration
	for i, field := range bytes.Fields(line) {
		// cpu user nice system idle iowait irq softirq steal, and guests, which user holds already
		if i == 0 || i == 4 || i == 5 || i > 8 {
			continue
		}
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, false
		}
		all += time.Duration(n) * tick
	}
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var own syscall.Rusage
		if err := syscall.Getrusage(who, &own); err != nil {
			return 0, false
		}
		all -= time.Duration(own.Utime.Nano() + own.Stime.Nano())
	}
	return all, true
}
