//go:build linux || darwin

package kvbolt

import "syscall"

// diskUsage returns the used share of the filesystem that holds path, or false
// when it is not known.
func diskUsage(path string) (float64, bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(path, &fs); err != nil {
		return 0, false
	}
	return share(fs.Blocks-fs.Bfree, fs.Bavail)
}
