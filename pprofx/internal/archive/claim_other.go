//go:build !linux && !darwin

package archive

import "os"

const opening = os.O_RDONLY

// claim leaves it to the system to refuse the removal of a file that is open,
// as Windows does.
func (*directory) claim(*os.File, string) bool { return true }

// removeUnclaimed removes a file. One that stays may be one that somebody writes.
func (d *directory) removeUnclaimed(name string) error {
	_ = d.remove(name)
	return nil
}

// discard closes f and removes it, in this order, since a file that is open
// stays.
func (d *directory) discard(f *os.File, name string) error {
	_ = f.Close()
	return d.remove(name)
}

// rename closes f and gives it another name, in this order for the same reason.
func (d *directory) rename(f *os.File, from, to string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return d.root.Rename(from, to)
}

// sync does nothing: a directory cannot be opened for it on Windows.
func (*directory) sync() error { return nil }
