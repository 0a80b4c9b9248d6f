package kvpebble

import (
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// noTables is a filesystem that lets tables wait until a write waits for them,
// and then has no space for them while full is set.
type noTables struct {
	vfs.FS
	stalled chan struct{}
	full    atomic.Bool
}

func (f *noTables) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if strings.HasSuffix(name, ".sst") {
		<-f.stalled
		if f.full.Load() {
			return nil, syscall.ENOSPC
		}
	}
	return f.FS.Create(name, category)
}

// Close does not wait for a write that waits for space.
func TestCloseWhileAWriteWaitsForSpace(t *testing.T) {
	fs := &noTables{FS: vfs.NewMem(), stalled: make(chan struct{})}
	fs.full.Store(true)
	s, err := Open("db", &OpenOptions{NoSync: true, Pebble: &pebble.Options{
		FS:            fs,
		MemTableSize:  256 << 10,
		EventListener: &pebble.EventListener{WriteStallBegin: func(pebble.WriteStallBeginInfo) { close(fs.stalled) }},
	}})
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan error)
	go func() {
		var err error
		for err == nil {
			err = s.Put(t.Context(), []byte("key"), make([]byte, 16<<10))
		}
		written <- err
	}()
	<-fs.stalled
	if err := s.Close(); !errors.Is(err, kvdb.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v, want ErrNoSpace", err)
	}
	fs.full.Store(false)
	if err := <-written; !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("Put: %v, want ErrClosed", err)
	}
	if err := s.release(); err != nil {
		t.Error(err)
	}
}
