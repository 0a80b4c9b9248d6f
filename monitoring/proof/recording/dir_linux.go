package recording

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Dir returns where programs have their stores: in memory where there is room, so that
// what else the machine's disk holds makes no alert.
func Dir(t testing.TB) string {
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
