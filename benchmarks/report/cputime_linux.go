package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns the CPU time that a process has used, user and system, all
// threads, those that have ended too. /proc/PID/stat has the same in ticks of
// 10 ms, which is too coarse for a run of half a second.
func cpuTime(pid int) (time.Duration, error) {
	const scheduler = 2 // as clock_getcpuclockid(3) makes a clock's number from a process's
	var now unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduler), &now); err != nil {
		return 0, err
	}
	return time.Duration(now.Nano()), nil
}
