//go:build unix

package kvredis_test

import "syscall"

// Signals that make a server stand still, and go on.
const standStill, goOn = syscall.SIGSTOP, syscall.SIGCONT
