//go:build !linux && !darwin

package archive

import "os"

// claim leaves it to the system to refuse the removal of a file that is open,
// as Windows does.
func claim(*os.File) bool { return true }

func removeUnclaimed(path string) { _ = os.Remove(path) }

// remove closes f and removes it, in this order, since a file that is open
// stays.
func remove(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// rename closes f and gives it another name, in this order for the same reason.
func rename(f *os.File, path string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
