//go:build unix && !linux

package system

import (
	"syscall"
	"time"
)

// processTime returns the CPU time of the process in user and system mode.
func processTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}
