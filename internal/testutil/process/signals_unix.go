//go:build unix

package process

import "syscall"

// StandStill and GoOn are signals that stop a process in its tracks and let it go on.
const (
	StandStill = syscall.SIGSTOP
	GoOn       = syscall.SIGCONT
)
