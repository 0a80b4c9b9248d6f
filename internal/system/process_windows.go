package system

import (
	"time"

	"golang.org/x/sys/windows"
)

// processTime returns the CPU time of the process in user and kernel mode.
func processTime() (time.Duration, error) {
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &user); err != nil {
		return 0, err
	}
	return fileDuration(kernel) + fileDuration(user), nil
}

// fileDuration returns how long t is. Filetime.Nanoseconds is for points in time.
func fileDuration(t windows.Filetime) time.Duration {
	return duration(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime), 100*time.Nanosecond)
}
