package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func openPebble(t testing.TB) kvdb.Store {
	t.Helper()
	store, err := kvpebble.Open(t.TempDir(), &kvpebble.OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// TestConformance: a store without a fault is as good as the one below.
func TestConformance(t *testing.T) {
	kvtest.Run(t, func(t testing.TB) kvdb.Store { return newFaultyStore(openPebble(t), faultNone) })
}

func TestCapabilities(t *testing.T) {
	engine := openPebble(t)
	defer engine.Close()
	s := newFaultyStore(engine, faultNone)
	want := append(kvdb.Capabilities(engine), "Lagger") // and a replica
	slices.Sort(want)
	if got := kvdb.Capabilities(s); !slices.Equal(got, want) {
		t.Errorf("the faulty store has %q, want %q", got, want)
	}
	if _, ok := kvdb.As[*kvpebble.Store](s); !ok {
		t.Error("the engine cannot be reached")
	}
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
				s := newFaultyStore(kvdb.NewMemory(nil), faultNone)
				defer s.Close()
				if err := s.Put(t.Context(), []byte("key"), nil); err != nil {
					t.Fatal(err)
				}
				strike := func(f fault) (failed, slow int) {
					s.set(f)
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
				if failed, slow := strike(faultErrors); failed < 133 || failed > 267 || slow > 0 {
					t.Errorf("errors: %d of %d failed and %d were slow", failed, n, slow)
				}
				if failed, slow := strike(faultSlow); failed > 0 || slow < 51 || slow > 149 {
					t.Errorf("slow: %d of %d failed and %d were slow", failed, n, slow)
				}
				if failed, slow := strike(faultNone); failed+slow > 0 {
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
		s := newFaultyStore(kvdb.NewMemory(nil), faultSlow)
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
	faulty := newFaultyStore(openPebble(t), faultNone)
	store, err := instrument.Wrap(faulty, instrument.WithRegistry(instrument.NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if got, want := kvdb.Capabilities(store), kvdb.Capabilities(faulty); !slices.Equal(got, want) {
		t.Errorf("the instrumented store has %q, the one below %q", got, want)
	}
}

func TestFaultLag(t *testing.T) {
	s := newFaultyStore(kvdb.NewMemory(nil), faultNone)
	defer s.Close()
	replica, _ := kvdb.As[kvdb.Lagger](s)
	for kind, want := range map[fault]time.Duration{faultNone: usualLag, faultLag: lagBy, faultDisk: usualLag} {
		s.set(kind)
		lag, err := replica.ReplicationLag(t.Context())
		if err != nil || len(lag) != 1 || lag["simulated"] != want {
			t.Errorf("%v: %v, %v, want %v", kind, lag, err, want)
		}
	}
}

// TestFaultDisk: the other statistics stay what they are, and an engine that
// knows nothing of the disk has a full one, too.
func TestFaultDisk(t *testing.T) {
	for name, below := range map[string]kvdb.StatsReader{"knows": statsMemory{}, "does not know": noStats{}} {
		s := faultyStatsReader{newFaultyStore(nil, faultNone), below}
		const mine = 0.1 // somebody else's
		infos := s.StatInfos()
		if err := kvdb.CheckStatInfos(infos); err != nil || len(infos) != 1 {
			t.Errorf("%s: %v, %v", name, infos, err)
		}
		usual, err := s.AppendStats(t.Context(), []float64{mine})
		if err != nil || len(usual) != 2 || usual[1] >= diskUsed {
			t.Errorf("%s: %v, %v without a fault", name, usual, err)
		}
		s.set(faultDisk)
		full, err := s.AppendStats(t.Context(), []float64{mine})
		if err != nil || len(full) != 2 || full[0] != mine || full[1] != diskUsed {
			t.Errorf("%s: %v, %v, want %v", name, full, err, diskUsed)
		}
	}
}

type noStats struct{}

func (noStats) StatInfos() []kvdb.StatInfo { return nil }

func (noStats) AppendStats(_ context.Context, dst []float64) ([]float64, error) { return dst, nil }

func TestParseFault(t *testing.T) {
	for name, want := range map[string]error{
		"none": nil, "errors": nil, "slow": nil, "lag": nil, "disk": nil,
		"": errUnknownFault, "None": errUnknownFault,
	} {
		f, err := parseFault(name)
		if !errors.Is(err, want) || err == nil && f.String() != name {
			t.Errorf("parseFault(%q) = %v, %v, want the error %v", name, f, err, want)
		}
	}
}
