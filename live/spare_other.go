//go:build !linux

package live

// spare does not know.
func spare() int64 { return 0 }
