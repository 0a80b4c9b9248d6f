//go:build linux

// Package tmpfs gives tests a disk of their own to fill up.
package tmpfs

import (
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// Mount mounts one for the rest of the test, with options such as size=1m, and
// returns its directory. It skips the test where that is not allowed.
func Mount(t testing.TB, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		process.Missing(t, "no disk to fill, since mounting a tmpfs takes root with CAP_SYS_ADMIN: "+err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}
