package pprofx

import "syscall"

// ownerOnly gives a unix socket its mode before it has a name, so that nobody
// else can connect to it for a moment, whatever the umask.
func ownerOnly(_, _ string, c syscall.RawConn) error {
	var err error
	if failed := c.Control(func(fd uintptr) { err = syscall.Fchmod(int(fd), ownerMode) }); failed != nil { //nolint:gosec // a descriptor is small
		return failed
	}
	return err
}
