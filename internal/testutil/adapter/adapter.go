// Package adapter has what the tests of every adapter need besides the conformance
// suite of kvtest: calls that have to work, in one line each, and a store's statistics
// and notices in a form that a test can compare.
package adapter

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// CloseAtEnd closes a store at the end of the test, unless the test has.
func CloseAtEnd(t testing.TB, s kvdb.Store) {
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
	})
}

// Put writes a value, or ends the test.
func Put(t testing.TB, s kvdb.Store, key, value string) {
	t.Helper()
	if err := s.Put(t.Context(), []byte(key), []byte(value)); err != nil {
		t.Fatal(err)
	}
}

// WantValue fails the test unless the store has the value.
func WantValue(t testing.TB, s kvdb.Store, key, value string) {
	t.Helper()
	if got, err := s.Get(t.Context(), []byte(key)); err != nil || string(got) != value {
		t.Errorf("Get(%q) = %q, %v, want %q", key, got, err, value)
	}
}

// WantKind fails the test unless the error is one of kvdb, and of the kind.
func WantKind(t testing.TB, what string, err, kind error) {
	t.Helper()
	//nolint:errorlint // what a store returns is not wrapped once more
	if e, ok := err.(*kvdb.Error); !ok || e.Kind != kind {
		t.Errorf("%s: %v (%T), want an *kvdb.Error of the kind %v", what, err, err, kind)
	}
}

// ReadStats returns the statistics that a store knows now: their values by name, and
// a list of their names, units and kinds.
func ReadStats(t testing.TB, s kvdb.StatsReader) (values map[string]float64, list []string) {
	t.Helper()
	infos := s.StatInfos()
	stats, err := s.AppendStats(t.Context(), nil)
	if err != nil || len(stats) != len(infos) {
		t.Fatalf("%d values of %d statistics, %v", len(stats), len(infos), err)
	}
	values = make(map[string]float64)
	for i, info := range infos {
		kind := "gauge"
		if info.Counter {
			kind = "counter"
		}
		if !math.IsNaN(stats[i]) {
			values[info.Name] = stats[i]
			list = append(list, info.Name+" "+info.Unit+" "+kind)
		}
	}
	return values, list
}

// Notices returns what a store has told so far, each of which has to be as kvdb
// demands.
func Notices(t testing.TB, s kvdb.Notifier) []kvdb.Notice {
	t.Helper()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	told := slices.Collect(s.Notices(over))
	for _, n := range told {
		if err := kvdb.CheckNotice(n); err != nil {
			t.Error(err)
		}
	}
	return told
}
