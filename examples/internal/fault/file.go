package fault

import "os"

// A file is the one that bbolt has open.
type file struct{ f *os.File }

func (f *file) open(name string, flag int, mode os.FileMode) (*os.File, error) {
	opened, err := os.OpenFile(name, flag, mode) //nolint:gosec // the one that the user named
	f.f = opened
	return opened, err
}
