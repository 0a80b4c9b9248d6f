//go:build linux || darwin

package archive

import (
	"fmt"
	"syscall"
)

// diskSpace returns the bytes of the file system of dir that are available to
// those who are not root, and those in use or available, as df counts them.
func diskSpace(dir string) (available, total uint64, err error) {
	var s syscall.Statfs_t
	for {
		err := syscall.Statfs(dir, &s)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return 0, 0, fmt.Errorf("statfs %s: %w", dir, err)
		}
		block := uint64(s.Bsize) //nolint:gosec // positive
		used := s.Blocks - min(s.Blocks, s.Bfree)
		return s.Bavail * block, (used + s.Bavail) * block, nil
	}
}
