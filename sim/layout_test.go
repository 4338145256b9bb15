package sim

import (
	"testing"
	"unsafe"
)

func TestAPlaceIsOneLineOfACache(t *testing.T) {
	if got := unsafe.Sizeof(place{}); got != 64 {
		t.Errorf("a place takes %d bytes, want 64", got)
	}
}
