package kvbadger

import (
	"encoding/binary"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// Writes that wait for a memory table are counted while they wait, and no others.
func TestStall(t *testing.T) {
	const (
		writing = "Writing to memtable"
		another = "Flushing memtable, mt.size=%d size of flushChan: %d\n"
		written = "Sending updates to subscribers"
		failed  = "writeRequests: %v"
	)
	for name, tt := range map[string]struct {
		lines []string
		after time.Duration // each line
		want  time.Duration
	}{
		"nothing":              {nil, time.Hour, 0},
		"a quick batch":        {[]string{writing, written}, leastStall, 0},
		"a batch that waits":   {[]string{writing}, 3 * time.Second, 3 * time.Second},
		"a wait that is over":  {[]string{writing, another, written}, 3 * time.Second, 6 * time.Second},
		"two batches":          {[]string{writing, another, written, writing, written}, time.Second, 3 * time.Second},
		"a batch that failed":  {[]string{writing, failed}, time.Second, time.Second},
		"a failure before it":  {[]string{failed}, time.Second, 0},
		"another line":         {[]string{another}, time.Second, 0},
		"another line between": {[]string{writing, another, "%d entries written"}, time.Second, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				events := NewEvents()
				for _, line := range tt.lines {
					events.hear(line, nil)
					time.Sleep(tt.after)
				}
				seen := events.counted()
				if got := seen.writes.upTo(time.Now()); got != tt.want {
					t.Errorf("stalled for %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// A held is a logger that holds compactions up, in the goroutine that compacts.
type held struct {
	badger.Logger
	until chan struct{}
}

func (h held) Debugf(format string, _ ...any) {
	if strings.Contains(format, "LOG Compact.") {
		<-h.until
	}
}
func (held) Infof(string, ...any)    {}
func (held) Warningf(string, ...any) {}
func (held) Errorf(string, ...any)   {}

// While compactions do not keep up with the flushes, the time is counted in which writes
// wait for them, up to the moment.
func TestWritesHeldBack(t *testing.T) {
	h := held{until: make(chan struct{})}
	release := sync.OnceFunc(func() { close(h.until) })
	events := NewEvents()
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithMemTableSize(1 << 20).WithNumMemtables(1).WithValueThreshold(64 << 10).
		WithNumLevelZeroTables(1).WithNumLevelZeroTablesStall(2).WithLogger(events.Logger(h)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		release()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := New(db, &Options{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range uint32(16 * 32) { // 16 MiB
			if err := s.Put(t.Context(), binary.BigEndian.AppendUint32(nil, i), make([]byte, 32<<10)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer closeStore(t, s, nil)
	defer writer.Wait()
	defer release()
	at := -1
	for i, info := range s.StatInfos() {
		if info.Name == kvdb.StatWriteStallTime {
			at = i
		}
	}
	stalled := func() float64 {
		values, err := s.AppendStats(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return values[at]
	}
	before := 0.0
	for range 3 { // and more, and more
		for tick, limit := time.Tick(10*time.Millisecond), time.After(time.Minute); stalled() < before+0.2; {
			select {
			case <-tick:
			case <-limit:
				t.Fatal("writes are not held back")
			}
		}
		before = stalled()
	}
	release()
	writer.Wait()
	if seen := events.counted(); !seen.writes.since.IsZero() {
		t.Errorf("nobody writes, and a stall goes on: %+v", seen)
	}
}
