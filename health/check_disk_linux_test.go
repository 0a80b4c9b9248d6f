package health

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// namespaced is set where onSmallDisk runs a test once more.
const namespaced = "OTELKV_TEST_NAMESPACED"

// onSmallDisk runs test on a filesystem of its own. To mount one takes root: who
// is not runs the test once more in a namespace in which they are.
func onSmallDisk(t *testing.T, options string, test func(dir string)) {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options)
	if err != nil && os.Getenv(namespaced) == "" {
		runNamespaced(t)
		return
	}
	if err != nil {
		t.Skipf("mount: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	}()
	test(dir)
}

func runNamespaced(t *testing.T) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), namespaced+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	_, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case failed:
		t.Errorf("in a namespace:\n%s", out)
	case err == nil && !bytes.Contains(out, []byte("--- SKIP")):
	case os.Getenv("OTELKV_E2E") == "required":
		t.Errorf("no disk to fill, since mounting a tmpfs takes root with CAP_SYS_ADMIN or a user namespace, and OTELKV_E2E=required: %v\n%s", err, out)
	default:
		t.Skipf("no disk to fill: mounting a tmpfs takes root with CAP_SYS_ADMIN or a user namespace: %v\n%s", err, out)
	}
}

// TestFullDisk fills a real one, and makes room again.
func TestFullDisk(t *testing.T) {
	onSmallDisk(t, "size=1m", func(dir string) {
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
	})
}

// TestDiskWithoutInodes has plenty of blocks and no room for another file.
func TestDiskWithoutInodes(t *testing.T) {
	onSmallDisk(t, "size=64m,nr_inodes=64", func(dir string) {
		sub := filepath.Join(dir, "sub")
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		n := 0
		fill(t, dir, sub, func() error {
			n++
			return os.WriteFile(filepath.Join(sub, fmt.Sprint(n)), nil, 0o600)
		})
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
