package kvbolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// A file that cannot be mapped again as it grows leaves the engine without a mapping:
// it takes no call until it is opened again, whatever memory there is by then.
func TestMappingThatFails(t *testing.T) {
	runChild(t, child(t, "TestMappingThatFailsProcess", newPath(t)))
}

func TestMappingThatFailsProcess(t *testing.T) {
	path := inChild(t)
	s, err := kvbolt.Open(path, &kvbolt.OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, value := t.Context(), make([]byte, 1<<20)
	n := 0
	write := func() error {
		n++
		return s.Put(ctx, fmt.Appendf(nil, "%d", n), value)
	}
	for range 20 { // the mapping is 32 MB, or 64
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	unlimited := limitMemory(t, 8<<20)
	for err = nil; err == nil && n < 400; {
		err = write()
	}
	if !errors.Is(err, kvdb.ErrUnavailable) || !strings.Contains(err.Error(), syscall.ENOMEM.Error()) {
		t.Fatalf("Put %d: %v, want no memory", n, err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &unlimited); err != nil {
		t.Fatal(err)
	}
	_, errGet := s.Get(ctx, []byte("1"))
	wantKind(t, "Get", errGet, kvdb.ErrEngineFailed)
	wantKind(t, "Put", write(), kvdb.ErrEngineFailed)
	wantKind(t, "Ping", s.Ping(ctx), kvdb.ErrEngineFailed)
	if got, _ := readStats(t, s); got[kvdb.StatFailed] != 1 {
		t.Errorf("%s is %v, want 1", kvdb.StatFailed, got[kvdb.StatFailed])
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	told := slices.Collect(s.Notices(over))
	if len(told) != 1 || told[0].Name != kvdb.NoticeEngineFailed || kvdb.CheckNotice(told[0]) != nil || !strings.Contains(told[0].Text, "memory") {
		t.Errorf("the notices are %+v", told)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	s = open(t, path, nil)
	put(t, s, "after", "1")
	wantValue(t, s, "1", string(value))
}

// limitMemory leaves the process so many bytes of addresses more than it has, and
// returns the limit that there was.
func limitMemory(t *testing.T, more uint64) (before syscall.Rlimit) {
	t.Helper()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var pages uint64
	if _, err := fmt.Sscan(string(statm), &pages); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &before); err != nil {
		t.Fatal(err)
	}
	low := before
	low.Cur = pages*uint64(os.Getpagesize()) + more
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &low); err != nil {
		t.Fatal(err)
	}
	return before
}
