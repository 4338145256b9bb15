package des

import (
	"testing"
	"unsafe"
)

func TestEventIsSixteenBytes(t *testing.T) {
	if got := unsafe.Sizeof(entry{}); got != 16 {
		t.Errorf("an event takes %d bytes of the queue, want 16", got)
	}
	for _, e := range []Event{
		{},
		{At: Never - 1, Arg: -1, Kind: 255, Gen: maxGen},
		{At: 1, Arg: 1<<31 - 1, Kind: 1, Gen: 1},
		{Arg: -1 << 31},
		{Gen: maxGen},
		{Kind: 255},
	} {
		if got := e.pack().unpack(); got != e {
			t.Errorf("%+v comes out as %+v", e, got)
		}
	}
}

// TestBuckets: bounds is the inverse of bucketOf, and no bucket is wider than 1/128 of what falls into it.
func TestBuckets(t *testing.T) {
	_, end := bounds(bucketOf(0) - 1)
	for b := range bucketOf(Never - 1) {
		low, high := bounds(b)
		if low != end {
			t.Fatalf("bucket %d begins at %d, want %d", b, low, end)
		}
		if bucketOf(low) != b || bucketOf(high-1) != b {
			t.Fatalf("bucket %d holds [%d, %d), whose ends fall into %d and %d", b, low, high, bucketOf(low), bucketOf(high-1))
		}
		if width := high - low; width > 1 && width > low>>mantissa {
			t.Fatalf("bucket %d is %d wide at %d", b, width, low)
		}
		end = high
	}
}
