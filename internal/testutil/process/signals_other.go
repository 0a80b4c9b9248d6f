//go:build !unix

package process

import "syscall"

// StandStill and GoOn are signals that stop a process in its tracks and let it go on. This
// system has none: sending them fails.
const (
	StandStill = syscall.Signal(0x13)
	GoOn       = syscall.Signal(0x12)
)
