package kvpebble_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// A disk that hangs is counted and told of, in one notice, while a write waits for it;
// and the program's own listener is called as well.
func TestSlowDisk(t *testing.T) {
	t.Parallel()
	release, told := make(chan struct{}), make(chan struct{}, 100)
	hang := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && strings.Contains(op.Path, ".log") {
			<-release
		}
		return nil
	})}
	events := kvpebble.NewEvents()
	listener := events.Listener(&pebble.EventListener{DiskSlow: func(pebble.DiskSlowInfo) { told <- struct{}{} }})
	fs, disk := vfs.WithDiskHealthChecks(errorfs.Wrap(vfs.NewMem(), hang), 100*time.Millisecond, nil, func(i vfs.DiskSlowInfo) { listener.DiskSlow(i) })
	defer disk.Close()
	db, err := pebble.Open("db", &pebble.Options{FS: fs, EventListener: listener})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := kvpebble.New(db, &kvpebble.Options{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	hang.On()
	done := make(chan error)
	go func() { done <- s.Put(context.Background(), []byte("secret"), make([]byte, 100)) }()
	defer func() {
		close(release)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	select {
	case <-told:
	case <-time.After(time.Minute):
		t.Fatal("Pebble has not told of the disk")
	}
	values, _ := readStats(t, s)
	if n := values["kvdb.engine.disk.slow"]; n < 1 {
		t.Errorf("%v events are counted", n)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	notices := slices.DeleteFunc(slices.Collect(s.Notices(over)), func(n kvdb.Notice) bool { return n.Name != "disk_slow" })
	if len(notices) != 1 || notices[0].Level != kvdb.NoticeWarn || notices[0].Numbers["seconds"] < 0.1 || notices[0].Numbers["events"] != 1 {
		t.Errorf("the notices are %v", notices)
	}
	for _, n := range notices {
		if err := kvdb.CheckNotice(n); err != nil {
			t.Error(err)
		}
	}
}

// What was slow before there was a store is counted, and in the store's first notice.
func TestSlowDiskBeforeStore(t *testing.T) {
	events := kvpebble.NewEvents()
	listener := events.Listener(nil)
	db, err := pebble.Open("db", &pebble.Options{FS: vfs.NewMem(), EventListener: listener})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	listener.DiskSlow(pebble.DiskSlowInfo{Duration: 5 * time.Second})
	s, err := kvpebble.New(db, &kvpebble.Options{Events: events, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	listener.DiskSlow(pebble.DiskSlowInfo{Path: "db/2", Duration: 10 * time.Second})
	over, cancel := context.WithCancel(t.Context())
	cancel()
	notices := slices.Collect(s.Notices(over))
	if len(notices) != 1 || notices[0].Name != "disk_slow" || notices[0].Numbers["events"] != 2 {
		t.Errorf("the notices are %v, want one of two events", notices)
	}
}

// Pebble tells every two seconds of an operation that lasts: it is one all the same. Another one of
// the same file begins after that.
func TestSlowDiskOnce(t *testing.T) {
	events := kvpebble.NewEvents()
	listener := events.Listener(nil)
	db, err := pebble.Open("db", &pebble.Options{FS: vfs.NewMem(), EventListener: listener})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := kvpebble.New(db, &kvpebble.Options{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	synctest.Test(t, func(t *testing.T) { // whose clock stands while something is told
		tell := func(path string, began time.Time) {
			listener.DiskSlow(pebble.DiskSlowInfo{Path: path, OpType: vfs.OpTypeSync, Duration: time.Since(began)})
		}
		began := time.Now()
		for range 20 {
			time.Sleep(2 * time.Second)
			tell("1.log", began)
		}
		for i := range 15 { // beside it, as many as are remembered
			tell(fmt.Sprint(i, ".sst"), began)
		}
		before := time.Now()
		time.Sleep(time.Second)
		tell("1.log", began)
		tell("1.log", before) // it was told of since: the same one
		time.Sleep(time.Nanosecond)
		tell("1.log", time.Now()) // one that has begun since
	})
	values, _ := readStats(t, s)
	if n := values["kvdb.engine.disk.slow"]; n != 17 {
		t.Errorf("%v operations are counted, want 17", n)
	}
}
