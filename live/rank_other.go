//go:build !linux

package live

// raise does nothing: priorities of threads differ from system to system.
func raise() bool { return false }

func lower() {}

func lowerThread() {}
