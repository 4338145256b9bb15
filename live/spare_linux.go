package live

import (
	"bytes"
	"os"
	"strconv"
)

// spare is how much memory bodies may take without harm to the rest of the machine: four fifths of what is available.
func spare() int64 {
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
