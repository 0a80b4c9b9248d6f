package alerts

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// storesDir is where programs have their stores: in memory where there is room, so that
// what else the machine's disk holds makes no alert.
func storesDir(t *testing.T) string {
	t.Helper()
	const memory = "/dev/shm"
	var s syscall.Statfs_t
	if syscall.Statfs(memory, &s) != nil || s.Bavail*uint64(s.Bsize) < 4<<30 {
		return t.TempDir()
	}
	dir := filepath.Join(memory, filepath.Base(buildDir)) // which is nobody else's
	if err := os.Mkdir(dir, 0o700); err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
