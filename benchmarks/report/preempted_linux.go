package main

import "syscall"

// preemptions returns how often the calling thread had to leave a processor
// that it wanted to keep.
func preemptions() int {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &usage); err != nil {
		return 0
	}
	return int(usage.Nivcsw)
}
