package worker

import (
	"testing"
	"unsafe"
)

// TestRecordsFillWholeLines of a cache: with thousands of workers each record that a message touches is fetched from memory, and
// one that straddles two lines twice.
func TestRecordsFillWholeLines(t *testing.T) {
	const line = 64
	for name, size := range map[string]uintptr{
		"instance": unsafe.Sizeof(instance{}), "slot": unsafe.Sizeof(slot{}), "task": unsafe.Sizeof(task{}),
	} {
		if size%line != 0 {
			t.Errorf("%s takes %d bytes, want a multiple of %d", name, size, line)
		}
	}
}
