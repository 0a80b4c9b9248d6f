//go:build unix && !linux

package otelsetup

import (
	"math"
	"syscall"
	"time"
)

// cpuSeconds returns the CPU time of the process in user and system mode.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return math.NaN()
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}
