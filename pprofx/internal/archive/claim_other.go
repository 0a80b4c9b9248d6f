//go:build !linux && !darwin

package archive

import (
	"os"
	"time"
)

const opening = os.O_RDONLY

// abandoned is how old a file under way is that nobody writes any more. There is no lock to
// tell, and a file that is open can be removed, on Windows, too, since an os.Root lets it.
// What is written is in memory and takes seconds.
const abandoned = time.Hour

// claim makes no difference: see abandoned.
func (*directory) claim(*os.File, string) bool { return true }

// removeUnclaimed removes a file that is old. The error is of one that was not removed.
func (d *directory) removeUnclaimed(name string) error {
	if info, ok := d.regular(name); !ok || time.Since(info.ModTime()) < abandoned {
		return nil
	}
	return d.remove(name)
}

// discard closes f and removes it, in this order, since Windows may keep a name until
// its file is closed.
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
