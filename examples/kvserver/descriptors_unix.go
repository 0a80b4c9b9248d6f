//go:build unix

package main

import "syscall"

// descriptors returns how many files and connections the process may have open, 0
// without a limit. Go has raised it as far as it can.
func descriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	const many = 1 << 30 // as good as none, and an int everywhere
	if limit.Cur >= many {
		return 0
	}
	return int(limit.Cur)
}
