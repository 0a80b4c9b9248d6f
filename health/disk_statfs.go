//go:build linux || darwin

package health

import (
	"fmt"
	"syscall"
)

func readDisk(path string) (diskUsage, error) {
	var fs syscall.Statfs_t
	for {
		err := syscall.Statfs(path, &fs)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return diskUsage{}, fmt.Errorf("statfs %s: %w", path, err)
		}
		return diskUsage{fs.Blocks, fs.Bfree, fs.Bavail, fs.Files, fs.Ffree}, nil
	}
}
