//go:build linux || darwin

package archive

import (
	"os"
	"syscall"
)

// claim locks f until it is closed or the process ends, so that others neither
// sweep it while it is written nor write it while it is swept. It returns false
// when somebody was quicker.
func claim(f *os.File) bool {
	// On a file system without locks nobody has one.
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == syscall.EWOULDBLOCK { //nolint:gosec // a descriptor is small
		return false
	}
	locked, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(locked, named)
}

func removeUnclaimed(path string) {
	f, err := os.Open(path)
	switch {
	case err != nil:
	case claim(f):
		remove(f)
	default:
		_ = f.Close()
	}
}

// remove removes f and closes it, in this order, so that the claim lasts and
// the name is nobody else's.
func remove(f *os.File) {
	_ = os.Remove(f.Name())
	_ = f.Close()
}

// rename gives f another name and closes it, in this order for the same reason.
func rename(f *os.File, path string) error {
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	_ = f.Close() // it was synced before
	return nil
}
