//go:build linux

// Package tmpfs gives tests a disk of their own to fill up.
package tmpfs

import (
	"os"
	"syscall"
	"testing"
)

// Mount mounts one for the rest of the test, with options such as size=1m, and
// returns its directory. It skips the test where that is not allowed.
func Mount(t testing.TB, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		if os.Getenv("OTELKV_E2E") == "required" {
			t.Fatalf("no disk to fill, and OTELKV_E2E=required: %v", err)
		}
		t.Skipf("no disk to fill: mounting a tmpfs needs root with CAP_SYS_ADMIN: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}
