package otelsetup

import (
	"math"
	"syscall"
)

// cpuSeconds returns the CPU time of the process in user and kernel mode.
func cpuSeconds() float64 {
	process, err := syscall.GetCurrentProcess()
	if err != nil {
		return math.NaN()
	}
	var created, exited, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(process, &created, &exited, &kernel, &user); err != nil {
		return math.NaN()
	}
	return duration(kernel) + duration(user)
}

// duration returns seconds. Filetime.Nanoseconds is for points in time.
func duration(t syscall.Filetime) float64 {
	return float64(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime)) * 100e-9
}
