package fault

import (
	"context"
	"errors"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func openPebble(t testing.TB) *Store {
	t.Helper()
	store, err := OpenPebble(t.TempDir(), &kvpebble.OpenOptions{NoSync: true}, true)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func openBolt(t testing.TB) *Store {
	t.Helper()
	store, err := OpenBolt(filepath.Join(t.TempDir(), "test.db"), &kvbolt.OpenOptions{NoSync: true}, true)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func openBadger(t testing.TB) *Store {
	t.Helper()
	b := badger.DefaultOptions("").WithMemTableSize(8 << 20).WithValueLogFileSize(16 << 20)
	store, err := OpenBadger(filepath.Join(t.TempDir(), "test"), &kvbadger.OpenOptions{NoSync: true, Badger: &b}, true)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// engines opens each engine that can fail.
var engines = map[string]func(testing.TB) *Store{
	"pebble": openPebble,
	"bolt":   openBolt,
	"badger": openBadger,
	"memory": func(testing.TB) *Store { return New(kvdb.NewMemory(nil), "memory", true) },
}

// TestConformance: a store without a fault is as good as the one below, and so is one on
// that.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kvtest.Run(t, func(t testing.TB) kvdb.Store { return open(t) })
		})
		t.Run(name+" twice", func(t *testing.T) {
			t.Parallel()
			kvtest.Run(t, func(t testing.TB) kvdb.Store { return New(open(t), name, false) })
		})
	}
}

// TestCapabilities: it has those of the engine, and replicas.
func TestCapabilities(t *testing.T) {
	for name, open := range engines {
		s := open(t)
		defer s.Close()
		want := append(kvdb.Capabilities(s.Unwrap()), "Lagger")
		slices.Sort(want)
		if got := kvdb.Capabilities(s); !slices.Equal(got, want) {
			t.Errorf("%s: the store has %q, want %q", name, got, want)
		}
	}
	s := testutil.NewFaulty()
	if got, want := kvdb.Capabilities(New(s, "any", false)), kvdb.Capabilities(s); !slices.Equal(got, want) {
		t.Errorf("of every capability the store has %q, want %q", got, want)
	}
}

// turn turns a fault on, and returns what ends it.
func turn(t testing.TB, s *Store, k Kind) (end func()) {
	t.Helper()
	w, err := s.Start(Program{Name: "test", Calls: s}, Fault{Kind: k})
	if err != nil {
		t.Fatal(err)
	}
	return w.Close
}

// TestFaultsStrike: every operation fails and is slow as often as it should.
func TestFaultsStrike(t *testing.T) {
	const n = 2000
	operations := map[string]func(context.Context, kvdb.Store) error{
		"get": func(ctx context.Context, s kvdb.Store) error {
			_, err := s.Get(ctx, []byte("key"))
			return err
		},
		"put":    func(ctx context.Context, s kvdb.Store) error { return s.Put(ctx, []byte("key"), nil) },
		"delete": func(ctx context.Context, s kvdb.Store) error { return s.Delete(ctx, []byte("other")) },
		"append": func(ctx context.Context, s kvdb.Store) error {
			c, _ := kvdb.As[kvdb.Appender](s)
			_, err := c.AppendGet(ctx, nil, []byte("key"))
			return err
		},
		"exists": func(ctx context.Context, s kvdb.Store) error {
			c, _ := kvdb.As[kvdb.Exister](s)
			_, err := c.Exists(ctx, []byte("key"))
			return err
		},
		"batch": func(ctx context.Context, s kvdb.Store) error {
			c, _ := kvdb.As[kvdb.Batcher](s)
			return c.Apply(ctx, []kvdb.Mutation{{Key: []byte("key")}})
		},
		"scan": func(ctx context.Context, s kvdb.Store) error {
			c, _ := kvdb.As[kvdb.Scanner](s)
			return last(c.Scan(ctx, kvdb.Range{}))
		},
		"scan prefix": func(ctx context.Context, s kvdb.Store) error {
			c, _ := kvdb.As[kvdb.PrefixScanner](s)
			return last(c.ScanPrefix(ctx, nil))
		},
		"view": func(ctx context.Context, s kvdb.Store) error {
			c, _ := kvdb.As[kvdb.Viewer](s)
			return c.View(ctx, func(kvdb.Reader) error { return nil })
		},
		"ping": func(ctx context.Context, s kvdb.Store) error {
			c, _ := kvdb.As[kvdb.Pinger](s)
			return c.Ping(ctx)
		},
	}
	for name, do := range operations {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := New(kvdb.NewMemory(nil), "memory", true)
				defer s.Close()
				if err := s.Put(t.Context(), []byte("key"), nil); err != nil {
					t.Fatal(err)
				}
				strike := func(k Kind) (failed, slow int) {
					defer turn(t, s, k)()
					for range n {
						began := time.Now()
						switch err := do(t.Context(), s); {
						case errors.Is(err, kvdb.ErrUnavailable):
							failed++
						case err != nil:
							t.Fatal(err)
						}
						if time.Since(began) >= slowBy {
							slow++
						}
					}
					return failed, slow
				}
				// Five standard deviations each way.
				if failed, slow := strike(Errors); failed < 133 || failed > 267 || slow > 0 {
					t.Errorf("errors: %d of %d failed and %d were slow", failed, n, slow)
				}
				if failed, slow := strike(Slow); failed > 0 || slow < 51 || slow > 149 {
					t.Errorf("slow: %d of %d failed and %d were slow", failed, n, slow)
				}
				if failed, slow := strike(None); failed+slow > 0 {
					t.Errorf("none: %d of %d failed and %d were slow", failed, n, slow)
				}
			})
		})
	}
}

func last(entries func(yield func(kvdb.Entry, error) bool)) (last error) {
	for _, err := range entries {
		last = err
	}
	return last
}

// TestSlowIsCancelled: a caller that goes away is not held back.
func TestSlowIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(kvdb.NewMemory(nil), "memory", true)
		turn(t, s, Slow)
		for {
			ctx, cancel := context.WithTimeout(t.Context(), slowBy/2)
			err := s.Put(ctx, []byte("key"), nil)
			cancel()
			if errors.Is(err, kvdb.ErrTimeout) {
				return
			}
		}
	})
}

// TestFaultsAreObserved: faults are below the instrumentation, which wraps the
// faulty store as it would the engine.
func TestFaultsAreObserved(t *testing.T) {
	faulty := openPebble(t)
	store, err := instrument.Wrap(faulty, instrument.WithRegistry(instrument.NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if got, want := kvdb.Capabilities(store), kvdb.Capabilities(faulty); !slices.Equal(got, want) {
		t.Errorf("the instrumented store has %q, the one below %q", got, want)
	}
}

func TestReplica(t *testing.T) {
	s := New(kvdb.NewMemory(nil), "memory", false)
	defer s.Close()
	lagger, _ := kvdb.As[kvdb.Lagger](s)
	if lags, err := lagger.ReplicationLag(t.Context()); err != nil || len(lags) > 0 {
		t.Errorf("before a fault there are the replicas %v, %v", lags, err)
	}
	for _, tt := range []struct {
		kind Kind
		want time.Duration
	}{{Lag, lagBy}, {None, usualLag}, {Replica, kvdb.NotConnected}, {Slow, usualLag}} {
		end := turn(t, s, tt.kind)
		lags, err := lagger.ReplicationLag(t.Context())
		if err != nil || len(lags) != 1 || lags["simulated"] != tt.want {
			t.Errorf("%v: %v, %v, want %v", tt.kind, lags, err, tt.want)
		}
		end()
	}
}

// The fault counts a fail-over each time it begins, once there is a simulated replica.
func TestFailovers(t *testing.T) {
	below := testutil.NewFaulty()
	below.Report()
	s := New(below, "pebble", false)
	if got := stat(t, s, kvdb.StatFailovers); !math.IsNaN(got) {
		t.Errorf("without replicas there were %v fail-overs", got)
	}
	for n, kind := range []Kind{Lag, Replica, Replica, Slow} {
		turn(t, s, kind)()
		want := float64(min(n, 2))
		if got, took := stat(t, s, kvdb.StatFailovers), stat(t, s, kvdb.StatFailoverTime); got != want || took != want*withoutPrimary.Seconds() {
			t.Errorf("after %v there were %v fail-overs, which took %v s, want %v", kind, got, took, want)
		}
	}
}

// A replica of the engine's stays what it is, and is there without a simulated one.
func TestReplicasOfTheEngine(t *testing.T) {
	engine := testutil.NewFaulty()
	lags := map[string]time.Duration{"real": time.Second}
	var failure error
	engine.Lag = func(context.Context) (map[string]time.Duration, error) { return lags, failure }
	s := New(engine, "redis", false)
	lagger, _ := kvdb.As[kvdb.Lagger](s)
	want := func(want map[string]time.Duration, wantErr error) {
		t.Helper()
		if got, err := lagger.ReplicationLag(t.Context()); !maps.Equal(got, want) || !errors.Is(err, wantErr) {
			t.Errorf("%v, %v, want %v, %v", got, err, want, wantErr)
		}
	}
	want(lags, nil)
	failure = kvdb.ErrLagUnknown
	want(nil, kvdb.ErrLagUnknown)
	end := turn(t, s, Lag)
	want(map[string]time.Duration{"simulated": lagBy}, nil)
	failure = nil
	want(map[string]time.Duration{"real": time.Second, "simulated": lagBy}, nil)
	end()
	failure = kvdb.ErrUnavailable
	want(nil, kvdb.ErrUnavailable)
}

// TestDisk: the other statistics stay what they are, and an engine that knows nothing of
// the disk has a full one, too.
func TestDisk(t *testing.T) {
	knows, ignorant := testutil.NewFaulty(), testutil.NewFaulty()
	knows.Report(testutil.Disk(0.1))
	ignorant.Report()
	for name, below := range map[string]kvdb.Store{"knows": knows, "does not know": ignorant} {
		synctest.Test(t, func(t *testing.T) {
			s := New(below, "pebble", true)
			reader, _ := kvdb.As[kvdb.StatsReader](s)
			const mine = 0.3 // somebody else's
			if infos := reader.StatInfos(); kvdb.CheckStatInfos(infos) != nil || len(infos) != 3 {
				t.Errorf("%s: %v", name, infos)
			}
			used := func() float64 {
				t.Helper()
				got, err := reader.AppendStats(t.Context(), []float64{mine})
				if err != nil || len(got) != 4 || got[0] != mine {
					t.Errorf("%s: %v, %v", name, got, err)
				}
				return got[1]
			}
			if got := used(); got >= diskUsed {
				t.Errorf("%s: %v without a fault", name, got)
			}
			end := turn(t, s, Disk)
			if got := used(); got != diskUsed {
				t.Errorf("%s: %v, want %v", name, got, diskUsed)
			}
			end()
			w, err := s.Start(Program{}, Fault{FullDisk, time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []float64{0.5, 0.75, 1, 1} {
				if got := used(); got != want {
					t.Errorf("%s: %v while it fills up, want %v", name, got, want)
				}
				checkRoom(t, s, want < 1)
				time.Sleep(30 * time.Second)
			}
			w.Close()
			if got := used(); got >= diskUsed {
				t.Errorf("%s: %v after the fault", name, got)
			}
			checkRoom(t, s, true)
		})
	}
}

// checkRoom writes in each way that the store has: it finds room or not, and reads go on.
func checkRoom(t *testing.T, s *Store, room bool) {
	t.Helper()
	ctx := t.Context()
	writes := map[string]error{"put": s.Put(ctx, []byte("k"), nil), "delete": s.Delete(ctx, []byte("k"))}
	if b, ok := kvdb.As[kvdb.Batcher](s); ok {
		writes["batch"] = b.Apply(ctx, []kvdb.Mutation{{Key: []byte("k"), Delete: true}})
	}
	if u, ok := kvdb.As[kvdb.Updater](s); ok {
		writes["update"] = u.Update(ctx, func(kvdb.Txn) error { return nil })
	}
	for op, err := range writes {
		if failed := errors.Is(err, kvdb.ErrNoSpace); failed == room || err != nil && !failed {
			t.Errorf("%s: %v, and there is room: %t", op, err, room)
		}
	}
	if _, err := s.Get(ctx, []byte("k")); !errors.Is(err, kvdb.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
}
