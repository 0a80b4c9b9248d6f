package program

import (
	"fmt"
	"os"
)

// A Directory is where a store lies.
type Directory struct {
	Path      string
	temporary bool
}

// OpenDirectory returns the directory at path, or a temporary one when path is
// empty, whose name begins with prefix.
func OpenDirectory(path, prefix string) (Directory, error) {
	if path != "" {
		return Directory{Path: path}, nil
	}
	made, err := os.MkdirTemp("", prefix)
	if err != nil {
		return Directory{}, fmt.Errorf("%w: set TMPDIR to a directory that can be written to, or name one with -dir", err)
	}
	return Directory{Path: made, temporary: true}, nil
}

// Remove removes a temporary directory and leaves one of the user alone.
func (d Directory) Remove() error {
	if !d.temporary {
		return nil
	}
	return os.RemoveAll(d.Path)
}
