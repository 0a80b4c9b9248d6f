package health

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// smallDisk mounts a filesystem of its own.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("no real disk to fill: mounting a tmpfs needs root with CAP_SYS_ADMIN: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

// TestFullDisk fills a real one, and makes room again.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "size=1m")
	full := filepath.Join(dir, "file")
	fill(t, dir, full, func() error {
		f, err := os.OpenFile(full, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.Write(make([]byte, 4096))
		return err
	})
}

// TestDiskWithoutInodes has plenty of blocks and no room for another file.
func TestDiskWithoutInodes(t *testing.T) {
	dir := smallDisk(t, "size=64m,nr_inodes=64")
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	n := 0
	fill(t, dir, sub, func() error {
		n++
		return os.WriteFile(filepath.Join(sub, fmt.Sprint(n)), nil, 0o600)
	})
}

// fill takes more and more of a disk until the system refuses, and then frees
// it by removing path.
func fill(t *testing.T, dir, path string, more func() error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, WithChecks(Disk("disk", dir, nil).Every(time.Second)))
		wait(5 * time.Second)
		wantOK(t, h, "/readyz/disk?verbose", "[+] disk: pass\nready\n")
		var err error
		for err == nil {
			err = more()
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		wait(5 * time.Second)
		wantAnswer(t, h, "/readyz", 503, "disk full\n")
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		wait(5 * time.Second)
		wantOK(t, h, "/readyz", "ready\n")
	})
}
