//go:build !linux

package linewriter

import (
	"io/fs"
	"os"
)

// newPipe returns nil: a pipe is a file like any other where the kernel cannot
// be asked not to block.
func newPipe(*os.File, fs.FileMode) output { return nil }
