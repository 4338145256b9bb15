package live

import (
	"bytes"
	"os"
	"strconv"
)

// Spare is how much memory may be taken without harm to the rest of the machine: four fifths of what is available;
// 0 = nobody knows.
func Spare() int64 {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(info) {
		if f := bytes.Fields(line); len(f) == 3 && string(f[0]) == "MemAvailable:" {
			if kib, err := strconv.ParseInt(string(f[1]), 10, 64); err == nil {
				return kib << 10 / 5 * 4
			}
		}
	}
	return 0
}
