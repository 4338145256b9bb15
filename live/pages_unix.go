//go:build unix

package live

import "syscall"

var pageSize = syscall.Getpagesize()

// grab takes memory, and nothing of it before it is touched.
func grab(n int64) (pages, error) {
	if n <= 0 {
		return nil, nil
	}
	return syscall.Mmap(-1, 0, int(n), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
}

func (p pages) free() {
	if p != nil {
		_ = syscall.Munmap(p)
	}
}
