package archive_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/tmpfs"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

func bytesOf(n int) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(make([]byte, n))
		return err
	}
}

// A file that would take what is to stay free is refused; one that does not is
// written.
func TestFreeShare(t *testing.T) {
	dir := tmpfs.Mount(t, "size=1m")
	a := open(t, dir, archive.Limits{Bytes: 1 << 20, Files: 10, FreeShare: 0.5})
	for _, write := range []func(io.Writer) error{bytesOf(600 << 10), func(w io.Writer) error {
		for range 600 {
			if err := bytesOf(1 << 10)(w); err != nil {
				return err
			}
		}
		return nil
	}} {
		if path, err := a.Write(heap(0), 0, write); path != "" || !errors.Is(err, archive.ErrDiskFull) {
			t.Errorf("Write = %q, %v; want ErrDiskFull", path, err)
		}
		wantNames(t, dir)
	}
	if _, err := a.Write(heap(0), 0, bytesOf(400<<10)); err != nil {
		t.Error(err)
	}
	if _, err := a.Write(heap(1), 0, bytesOf(200<<10)); !errors.Is(err, archive.ErrDiskFull) {
		t.Errorf("Write = %v, want ErrDiskFull", err)
	}
	wantNames(t, dir, heap(0).String())
}

func TestFullDisk(t *testing.T) {
	dir := tmpfs.Mount(t, "size=1m")
	a := open(t, dir, archive.Limits{Bytes: 1 << 30, Files: 10})
	if path, err := a.Write(heap(0), 0, bytesOf(2<<20)); path != "" || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write = %q, %v; want no space", path, err)
	}
	wantNames(t, dir)
	if _, err := a.Write(heap(0), 0, bytesOf(500<<10)); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyDisk(t *testing.T) {
	dir := tmpfs.Mount(t, "size=1m")
	a := open(t, dir, roomy)
	if _, err := a.Write(heap(0), 0, text("x")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if path, err := a.Write(heap(1), 0, text("x")); path != "" || !errors.Is(err, syscall.EROFS) {
		t.Errorf("Write = %q, %v; want a read-only file system", path, err)
	}
	wantNames(t, dir, heap(0).String())
	if _, err := archive.Open(filepath.Join(dir, "new"), roomy); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Open = %v, want a read-only file system", err)
	}
}

// A directory that is not writable is an error to those who are not root.
func TestReadOnlyDirectory(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root writes everywhere")
	}
	dir := t.TempDir()
	a := open(t, dir, roomy)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	if path, err := a.Write(heap(0), 0, text("x")); path != "" || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Write = %q, %v; want no permission", path, err)
	}
	wantNames(t, dir)
}
