package kvpebble_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// noDescriptors is the filesystem of the disk. While it is armed, the process has no
// descriptor for the next log.
type noDescriptors struct {
	vfs.FS
	armed atomic.Bool
}

func (f *noDescriptors) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if strings.HasSuffix(name, ".log") && f.armed.Swap(false) {
		var before syscall.Rlimit
		_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before)
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 1, Max: before.Max})
		defer func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) }()
	}
	return f.FS.Create(name, category)
}

// A log that cannot be opened for want of descriptors ends the writes for good, also
// when there are descriptors again. All that there is to see says so, and opening the
// store again mends it.
func TestTooManyOpenFiles(t *testing.T) {
	const dir = "OTELKV_TEST_DESCRIPTORS"
	if os.Getenv(dir) == "" { // the limit is one of the whole process
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
		cmd.Env = append(os.Environ(), dir+"="+t.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Fatalf("the child: %v\n%s", err, out)
		}
		return
	}
	path := os.Getenv(dir) + "/db"
	disk := &noDescriptors{FS: vfs.Default}
	s, err := kvpebble.Open(path, &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: disk, MemTableSize: 256 << 10}})
	if err != nil {
		t.Fatal(err)
	}
	disk.armed.Store(true)
	acked, err := writeUntilRefused(t, s)
	if !errors.Is(err, kvdb.ErrEngineFailed) || !errors.Is(err, syscall.EMFILE) {
		t.Errorf("Put: %v, want ErrEngineFailed with its cause", err)
	}

	ctx := t.Context()
	for name, err := range map[string]error{
		"Put":    s.Put(ctx, []byte("k"), nil),
		"Delete": s.Delete(ctx, []byte("k")),
		"Apply":  s.Apply(ctx, []kvdb.Mutation{{Key: []byte("k")}}),
		"Ping":   s.Ping(ctx),
	} {
		if e, ok := err.(*kvdb.Error); !ok || e.Kind != kvdb.ErrEngineFailed || !strings.Contains(err.Error(), "open the store again") {
			t.Errorf("%s with descriptors: %v, want ErrEngineFailed", name, err)
		}
	}
	if got, _ := readStats(t, s); got[kvdb.StatFailed] != 1 {
		t.Errorf("%s is %v, want 1", kvdb.StatFailed, got[kvdb.StatFailed])
	}
	told := slices.DeleteFunc(notices(t, s), func(n kvdb.Notice) bool { return n.Name != kvdb.NoticeEngineFailed })
	if len(told) != 1 || kvdb.CheckNotice(told[0]) != nil || !strings.Contains(told[0].Text, "limit of open files") {
		t.Errorf("the notices are %+v", told)
	}
	if err := s.Close(); !errors.Is(err, kvdb.ErrEngineFailed) {
		t.Errorf("Close: %v, want ErrEngineFailed", err)
	}
	s = open(t, path, nil)
	for _, key := range acked {
		if _, err := s.Get(ctx, []byte(key)); err != nil {
			t.Errorf("%s, which was acknowledged: %v", key, err)
		}
	}
	put(t, s, "after", "1")
}

// writeUntilRefused writes from four goroutines until each is refused, and returns the
// keys that were acknowledged and why the last one was not.
func writeUntilRefused(t *testing.T, s *kvpebble.Store) (acked []string, refused error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 1000 {
				key := fmt.Sprintf("%d/%d", i, n)
				err := s.Put(t.Context(), []byte(key), make([]byte, 16<<10))
				mu.Lock()
				if err != nil {
					refused = err
				} else {
					acked = append(acked, key)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return acked, refused
}
