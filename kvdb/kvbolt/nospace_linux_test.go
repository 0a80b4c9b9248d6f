package kvbolt_test

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// fillUp writes until there is no room, and checks that the store is none the
// worse for it once there is some.
func fillUp(t *testing.T, s *kvbolt.Store, cause error, makeRoom func() error) {
	t.Helper()
	ctx := t.Context()
	put(t, s, "first", "1")
	var err error
	n := 0
	for ; err == nil && n < 10_000; n++ {
		err = s.Put(ctx, fmt.Appendf(nil, "%d", n), make([]byte, 10_000))
	}
	if !errors.Is(err, kvdb.ErrNoSpace) || cause != nil && !errors.Is(err, cause) && !strings.Contains(err.Error(), cause.Error()) {
		t.Fatalf("Put: %v, want ErrNoSpace because of %v", err, cause)
	}
	if n < 3 {
		t.Fatalf("there was room for %d values", n)
	}
	wantKind(t, "Put again", s.Put(ctx, []byte("large"), make([]byte, 1<<20)), kvdb.ErrNoSpace)
	err = s.Update(ctx, func(txn kvdb.Txn) error { return txn.Put(ctx, []byte("large"), make([]byte, 1<<20)) })
	wantKind(t, "Update", err, kvdb.ErrNoSpace)
	wantValue(t, s, "first", "1")
	if err := s.Ping(ctx); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if err := makeRoom(); err != nil {
		t.Fatal(err)
	}
	put(t, s, "large", string(make([]byte, 1<<20)))
	if got, err := entries(s.Scan(ctx, kvdb.Range{})); err != nil || len(got) != n+1 {
		t.Errorf("%d entries, %v, want %d", len(got), err, n+1)
	}
}

func TestMaxSize(t *testing.T) {
	db := openBolt(t, &bolt.Options{NoSync: true, MaxSize: 1 << 20})
	fillUp(t, borrow(t, db, nil), nil, func() error {
		db.MaxSize = 0
		return nil
	})
}

// A limit of the process on the size of its files.
func TestFileSizeLimit(t *testing.T) {
	runChild(t, child(t, "TestFileSizeLimitProcess", newPath(t)))
}

func TestFileSizeLimitProcess(t *testing.T) {
	path := inChild(t)
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	low := limit
	low.Cur = 1 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &low); err != nil {
		t.Fatal(err)
	}
	fillUp(t, open(t, path, &kvbolt.OpenOptions{NoSync: true}), syscall.EFBIG, func() error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	})
}

// A disk that is full: a filesystem in memory, which only a process with a
// mount namespace of its own sees.
func TestFullDisk(t *testing.T) {
	cmd := child(t, "TestFullDiskProcess", t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	runChild(t, cmd)
}

func TestFullDiskProcess(t *testing.T) {
	dir := inChild(t)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("mounting a filesystem: %v", err)
	}
	s, err := kvbolt.Open(dir+"/kv.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	fillUp(t, s, syscall.ENOSPC, func() error {
		return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=8m")
	})
	if err := errors.Join(s.Close(), syscall.Unmount(dir, 0)); err != nil {
		t.Error(err)
	}
}

func runChild(t *testing.T, cmd interface{ CombinedOutput() ([]byte, error) }) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, os.ErrPermission):
		t.Skip(err)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "SKIP"):
		t.Skip(string(out))
	}
}
