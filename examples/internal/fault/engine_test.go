package fault

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// TestEngine: an engine that has failed under load refuses writes, says so, whatever the
// fault is then, lets nobody hang, and has all when it is opened again.
func TestEngine(t *testing.T) {
	dir := t.TempDir()
	for name, open := range map[string]func() (*Store, error){
		"pebble": func() (*Store, error) { return OpenPebble(dir, &kvpebble.OpenOptions{}, true) },
		"bolt": func() (*Store, error) {
			return OpenBolt(filepath.Join(dir, "test.db"), &kvbolt.OpenOptions{NoSync: true}, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "bolt" && runtime.GOOS != "linux" {
				t.Skip("its mapping is not known here")
			}
			s, err := open()
			if err != nil {
				t.Fatal(err)
			}
			var load sync.WaitGroup
			written, failed := make(chan string, 1), make(chan error, 8)
			for i := range 8 {
				load.Go(func() {
					var err error
					for n := 0; err == nil; n++ {
						key := fmt.Appendf(nil, "%d-%d", i, n)
						if err = s.Put(t.Context(), key, make([]byte, 1000)); err == nil {
							select {
							case written <- string(key):
							default:
							}
							_, err = s.Get(t.Context(), key)
						}
					}
					failed <- err
				})
			}
			key := <-written
			w, err := s.Start(Program{Calls: s}, Fault{Kind: Engine})
			if err != nil {
				t.Fatal(err)
			}
			load.Wait()
			for range 8 {
				if err := <-failed; !errors.Is(err, kvdb.ErrEngineFailed) && !errors.Is(err, kvdb.ErrCorruption) {
					t.Errorf("the load: %v", err)
				}
			}
			if err := w.Set(Fault{}); err != nil {
				t.Fatal(err)
			}
			if err := s.Put(t.Context(), []byte("key"), nil); !errors.Is(err, kvdb.ErrEngineFailed) {
				t.Errorf("Put after the fault: %v", err)
			}
			if got := stat(t, s, kvdb.StatFailed); got != 1 {
				t.Errorf("%s is %v", kvdb.StatFailed, got)
			}
			if err := w.Set(Fault{Kind: Engine}); err != nil {
				t.Errorf("once more: %v", err)
			}
			n, _ := kvdb.As[kvdb.Notifier](s)
			over, cancel := context.WithCancel(t.Context())
			cancel()
			if told := slices.Collect(n.Notices(over)); !slices.ContainsFunc(told, func(n kvdb.Notice) bool { return n.Name == kvdb.NoticeEngineFailed }) {
				t.Errorf("the notices are %v", told)
			}
			w.Close()
			_ = s.Close() // it says why

			if s, err = open(); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Get(t.Context(), []byte(key)); err != nil {
				t.Errorf("%s after another start: %v", key, err)
			}
			if got := stat(t, s, kvdb.StatFailed); got != 0 {
				t.Errorf("%s is %v after another start", kvdb.StatFailed, got)
			}
		})
	}
}

// stat returns a statistic of a store.
func stat(t testing.TB, s kvdb.Store, name string) float64 {
	t.Helper()
	reader, _ := kvdb.As[kvdb.StatsReader](s)
	values, err := reader.AppendStats(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, info := range reader.StatInfos() {
		if info.Name == name {
			return values[i]
		}
	}
	return math.NaN()
}
