package process

import (
	"os"
	"syscall"
	"testing"
)

// StoresDir returns where programs have their stores, until the test ends: in memory
// where there is room, so that what else the machine's disk holds makes no alert.
func StoresDir(t testing.TB) string {
	t.Helper()
	const memory = "/dev/shm"
	var s syscall.Statfs_t
	if syscall.Statfs(memory, &s) != nil || s.Bavail*uint64(s.Bsize) < 4<<30 {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "otelkv-") //nolint:usetesting // t.TempDir is on a disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
