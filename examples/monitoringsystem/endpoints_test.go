package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// A source is a store with a replica and a disk, of which each can be in a bad
// way.
type source struct {
	*kvdb.Memory
	behind atomic.Int64 // nanoseconds
	full   atomic.Bool
}

func (s *source) ReplicationLag(context.Context) (map[string]time.Duration, error) {
	return map[string]time.Duration{"replica": time.Duration(s.behind.Load())}, nil
}

func (s *source) StatInfos() []kvdb.StatInfo {
	return []kvdb.StatInfo{{Name: kvdb.StatDiskUtilization, Unit: "1", Help: "Used share of the disk"}}
}

func (s *source) AppendStats(_ context.Context, dst []float64) ([]float64, error) {
	used := 0.5
	if s.full.Load() {
		used = 0.95
	}
	return append(dst, used), nil
}

// TestReadiness: what goes wrong at the source of an instrumented store shows on
// the probe and in Readiness, and goes when it is mended.
func TestReadiness(t *testing.T) {
	for reason, fault := range map[string]struct{ begin, end func(s *source) }{
		"database down":            {func(s *source) { _ = s.Close() }, nil},
		"replication lag too high": {func(s *source) { s.behind.Store(int64(time.Minute)) }, func(s *source) { s.behind.Store(0) }},
		"disk full":                {func(s *source) { s.full.Store(true) }, func(s *source) { s.full.Store(false) }},
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := NewMonitoringSystem()
				defer s.Close()
				below := &source{Memory: kvdb.NewMemory(nil)}
				store, err := instrument.Wrap(below, instrument.WithTelemetry(s.obs.Telemetry()))
				if err != nil {
					t.Fatal(err)
				}
				defer store.Close()
				if err := s.Watch(store); err != nil {
					t.Fatal(err)
				}
				const within = 5 * time.Second
				time.Sleep(within)
				wants(t, s, http.StatusOK, "ready")
				fault.begin(below)
				time.Sleep(within)
				wants(t, s, http.StatusServiceUnavailable, reason)
				if fault.end != nil {
					fault.end(below)
					time.Sleep(within)
					wants(t, s, http.StatusOK, "ready")
				}
			})
		})
	}
}

func wants(t *testing.T, s *MonitoringSystem, status int, reason string) {
	t.Helper()
	synctest.Wait()
	if code, body := ask(s, "/readyz"); code != status || body != reason+"\n" {
		t.Errorf("/readyz: %d %q, want %d %q", code, body, status, reason)
	}
	if ready, why := s.Readiness(); ready != (status == http.StatusOK) || why != reason {
		t.Errorf("Readiness() is %t, %q, want %q", ready, why, reason)
	}
	if code, body := ask(s, "/healthz"); code != http.StatusOK || body != "alive\n" || !s.Liveness() {
		t.Errorf("/healthz: %d %q, want alive", code, body)
	}
}

// TestWatchTwice: a second store of the same checks is an error, and no panic.
func TestWatchTwice(t *testing.T) {
	s := newSystem(t)
	if err := s.Watch(kvdb.NewMemory(nil)); err != nil {
		t.Fatal(err)
	}
	if err := s.Watch(kvdb.NewMemory(nil)); err == nil {
		t.Error("no error")
	}
}
