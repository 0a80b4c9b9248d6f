package archive_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/tmpfs"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

// undeletable makes files that even root cannot delete, since something is mounted on
// them, and returns what changes that.
func undeletable(t *testing.T, dir string, size int, names ...archive.Name) (release func()) {
	t.Helper()
	var mounted []string
	release = func() {
		for _, path := range mounted {
			syscall.Unmount(path, 0)
		}
		mounted = nil
	}
	t.Cleanup(release)
	for _, n := range names {
		path := filepath.Join(dir, n.String())
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount(path, path, "", syscall.MS_BIND, ""); err != nil {
			process.Missing(t, "no mount: "+err.Error())
		}
		mounted = append(mounted, path)
	}
	return release
}

// A file that cannot be deleted takes a place, and costs nothing else: no write fails
// for it, and the limits hold.
func TestUndeletable(t *testing.T) {
	dir := tmpfs.Mount(t, "size=1m")
	undeletable(t, dir, 1, heap(0))
	a := open(t, dir, archive.Limits{Bytes: 1000, Files: 3})
	for i := 1; i <= 50; i++ {
		if _, err := a.Write(heap(i), 0, text("x")); err != nil {
			t.Errorf("the write of file %d: %v", i, err)
		}
		want := 0
		if i > 2 { // now others have to make room
			want = 1
		}
		if n, err := a.Undeletable(); n != want || errors.Is(err, syscall.EBUSY) != (n > 0) {
			t.Errorf("after %d: %d files cannot be deleted, want %d: %v", i, n, want, err)
		}
	}
	wantNames(t, dir, heap(0).String(), heap(49).String(), heap(50).String())
}

// Where nothing but such files is left, nothing is written, so that no disk is filled,
// until they have gone.
func TestNothingButUndeletable(t *testing.T) {
	for name, c := range map[string]struct {
		limits archive.Limits
		stuck  []archive.Name
	}{
		"by number": {archive.Limits{Bytes: 1000, Files: 3}, []archive.Name{heap(0), heap(1), heap(2)}},
		"by bytes":  {archive.Limits{Bytes: 109, Files: 30}, []archive.Name{heap(0)}},
		"by more":   {archive.Limits{Bytes: 1000, Files: 1}, []archive.Name{heap(0), heap(1), heap(2)}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tmpfs.Mount(t, "size=1m")
			release := undeletable(t, dir, 100, c.stuck...)
			var stuck []string
			for _, n := range c.stuck {
				stuck = append(stuck, n.String())
			}
			a := open(t, dir, c.limits)
			for i := 10; i < 20; i++ {
				path, err := a.Write(heap(i), 0, text("12345678901234567890"))
				if path != "" || !errors.Is(err, archive.ErrUndeletable) || !errors.Is(err, syscall.EBUSY) {
					t.Fatalf("Write = %q, %v; want ErrUndeletable, and why", path, err)
				}
				wantNames(t, dir, stuck...)
			}
			release()
			if _, err := a.Write(heap(20), 0, text("12345678901234567890")); err != nil {
				t.Error(err)
			}
			if n, err := a.Undeletable(); n != 0 || err != nil {
				t.Errorf("%d files cannot be deleted, %v", n, err)
			}
		})
	}
}

// A directory that lets nothing go, as one for logs that only grow, gets one file
// more, not one each time.
func TestAppendOnly(t *testing.T) {
	dir := tmpfs.Mount(t, "size=1m")
	a := open(t, dir, roomy)
	appendOnly(t, dir, true)
	defer appendOnly(t, dir, false)
	for i := range 10 {
		if path, err := a.Write(heap(i), 0, text("x")); path != "" || !errors.Is(err, syscall.EPERM) {
			t.Errorf("Write = %q, %v; want no permission", path, err)
		}
		a = open(t, dir, roomy)
	}
	if left := names(t, dir); len(left) != 1 {
		t.Errorf("it has %q", left)
	}
	appendOnly(t, dir, false)
	if _, err := a.Write(heap(20), 0, text("x")); err != nil {
		t.Error(err)
	}
	wantNames(t, dir, heap(20).String())
}

func appendOnly(t *testing.T, dir string, on bool) {
	t.Helper()
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const set, flag = 0x40086602, 0x20 // FS_IOC_SETFLAGS, FS_APPEND_FL
	var flags int
	if on {
		flags = flag
	}
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), set, uintptr(unsafe.Pointer(&flags))); err != 0 {
		t.Skip(err)
	}
}

// Nothing holds the file system: it can be unmounted, and what lies below its place is
// used then.
func TestUnmounted(t *testing.T) {
	dir := tmpfs.Mount(t, "size=1m")
	below := filepath.Join(dir, "profiles")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", below, "tmpfs", 0, "size=1m"); err != nil {
		process.Missing(t, "no mount: "+err.Error())
	}
	a := open(t, below, archive.Limits{Bytes: 1000, Files: 2})
	for i := range 3 {
		if _, err := a.Write(heap(i), 0, text("x")); err != nil {
			t.Error(err)
		}
	}
	err := syscall.Unmount(below, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write(heap(4), 0, text("x")); err != nil {
		t.Error(err)
	}
	wantNames(t, below, heap(4).String())

	if err := syscall.Mount("tmpfs", below, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	_, err = a.Write(heap(5), 0, func(w io.Writer) error {
		return errors.Join(text("x")(w), syscall.Unmount(below, syscall.MNT_DETACH))
	})
	if err == nil || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("a file whose mount went away: %v", err)
	}
	wantNames(t, below, heap(4).String())
}
