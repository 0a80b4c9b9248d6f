//go:build !linux

package pprofx

import "syscall"

// ownerOnly leaves the mode to be set after the socket has its name: elsewhere
// that cannot be done before.
func ownerOnly(_, _ string, _ syscall.RawConn) error { return nil }
