package health

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// embedded is an engine that can fail.
func embedded() kvdb.Store {
	store := testutil.NewFaulty()
	store.Report(testutil.Disk(0.5), testutil.Gauge(kvdb.StatFailed, "", "Failed", 0))
	return store
}

// bare is a store without a capability.
type bare struct{ kvdb.Store }

func TestStoreChecks(t *testing.T) {
	for _, tc := range []struct {
		name  string
		store kvdb.Store
		every time.Duration
		want  []string
	}{
		{"every capability", testutil.NewFaulty(), time.Second, []string{"database", "replication", "disk"}},
		{"an embedded engine", embedded(), 0, []string{"database", "replication", "disk", "engine failure"}},
		{"a pinger", kvdb.NewMemory(nil), 0, []string{"database"}},
		{"no capability", bare{kvdb.NewMemory(nil)}, 0, nil},
	} {
		checks := StoreChecks(tc.store, tc.every)
		if len(checks) != len(tc.want) {
			t.Errorf("%s: %d checks, want %v", tc.name, len(checks), tc.want)
			continue
		}
		for i, c := range checks {
			every := tc.every
			if every == 0 {
				every = defaultInterval
			}
			if c.Name != tc.want[i] || c.Interval != every {
				t.Errorf("%s: %q every %v, want %q every %v", tc.name, c.Name, c.Interval, tc.want[i], every)
			}
		}
	}
}

// TestStoreChecksAnswer: each way in which a store can fail gets its words.
func TestStoreChecksAnswer(t *testing.T) {
	for _, tc := range []struct {
		name  string
		lag   time.Duration
		stat  testutil.Stat
		fails []string
		want  string
	}{
		{"well", time.Second, testutil.Disk(0.5), nil, "ready"},
		{"another machine's disk", time.Second, testutil.Gauge("kvdb.engine.other", "1", "Other", 1), nil, "ready"},
		{"a disk without a size", time.Second, testutil.Disk(math.NaN()), nil, "ready"},
		{"down", time.Second, testutil.Disk(0.5), []string{"ping"}, "database down"},
		{"lagging", time.Minute, testutil.Disk(0.5), nil, "replication lag too high"},
		{"full", time.Second, testutil.Disk(0.95), nil, "disk full"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := testutil.NewFaulty()
				store.Lag = func(context.Context) (map[string]time.Duration, error) {
					return map[string]time.Duration{"b": tc.lag}, nil
				}
				store.Report(tc.stat)
				for _, op := range tc.fails {
					store.Inject(testutil.On(testutil.Errors(kvdb.ErrUnavailable), op))
				}
				h := start(t, WithChecks(StoreChecks(store, time.Second)...))
				wait(10 * time.Second)
				if ok, text := h.Answer(Readiness); text != tc.want || ok != (tc.want == "ready") {
					t.Errorf("%t %q, want %q", ok, text, tc.want)
				}
			})
		})
	}
}
