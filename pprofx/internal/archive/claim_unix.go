//go:build linux || darwin

package archive

import (
	"errors"
	"os"
	"syscall"
)

// opening does not wait for a writer of a pipe that has taken a file's name.
const opening = os.O_RDONLY | syscall.O_NONBLOCK

// claim locks f until it is closed or the process ends, so that others neither
// sweep it while it is written nor write it while it is swept. It returns false
// when somebody was quicker.
func (d *directory) claim(f *os.File, name string) bool {
	// On a file system without locks nobody has one.
	if errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK) { //nolint:gosec // a descriptor is small
		return false
	}
	locked, err := f.Stat()
	if err != nil {
		return false
	}
	named, ok := d.regular(name)
	return ok && os.SameFile(locked, named)
}

// removeUnclaimed removes a file that nobody has claimed. The error is of a file that
// could be claimed, and not removed.
func (d *directory) removeUnclaimed(name string) error {
	f, err := d.root.OpenFile(name, opening, 0)
	if err != nil {
		return nil //nolint:nilerr // whose it is cannot be told
	}
	if !d.claim(f, name) {
		return f.Close()
	}
	return d.discard(f, name)
}

// discard removes f and closes it, in this order, so that the claim lasts and
// the name is nobody else's.
func (d *directory) discard(f *os.File, name string) error {
	err := d.remove(name)
	_ = f.Close()
	return err
}

// rename gives f another name and closes it, in this order for the same reason.
func (d *directory) rename(f *os.File, from, to string) error {
	if err := d.root.Rename(from, to); err != nil {
		return err
	}
	_ = f.Close() // it was synced before
	return nil
}

// sync makes the names in the directory survive a power cut.
func (d *directory) sync() error {
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
