// Package kvtest is the conformance suite of package kvdb: what every store,
// and every decorator around one, has to do.
//
// An adapter's test is one call:
//
//	func TestConformance(t *testing.T) {
//		kvtest.Run(t, func(t testing.TB) kvdb.Store {
//			store, err := kvfoo.Open(t.TempDir(), nil)
//			if err != nil {
//				t.Fatal(err)
//			}
//			return store
//		})
//	}
//
// A decorator runs the same suite around a store that passes it. For the tests
// of decorators the package also has stores to put above and below one: [Mask]
// takes capabilities away, and [Tally] counts calls.
package kvtest

import (
	"errors"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// Run tests that the stores which open returns keep the contract of package
// kvdb, in one subtest for each part of it. The parts that concern a capability
// run when [kvdb.As] finds it; a capability that the store lacks is passed over
// and never a failure. The limits of keys and values, and the resolution of a
// TTL, are those of Describe.
//
// Each subtest opens a store of its own, which must be empty and unshared, and
// closes it; open may register further clean-up, which runs after that. Open
// reports its own failures through t.
//
// Run leaves no goroutine behind. Stores whose writes take a millisecond take a
// few seconds, those whose TTL counts in seconds some more.
func Run(t *testing.T, open func(t testing.TB) kvdb.Store) {
	t.Helper()
	var offered []area
	t.Run("Open", func(t *testing.T) {
		f := newFixture(t, open)
		for _, a := range areas {
			if a.offered(f.store) {
				offered = append(offered, a)
			}
		}
	})
	for _, a := range offered {
		t.Run(a.name, func(t *testing.T) {
			for _, c := range a.cases {
				t.Run(c.name, func(t *testing.T) { c.run(newFixture(t, open)) })
			}
		})
	}
}

// An area is a part of the contract that a store has as a whole or not at all.
type area struct {
	name    string
	offered func(kvdb.Store) bool
	cases   []storeCase
}

// A storeCase tests one rule on a fresh store.
type storeCase struct {
	name string
	run  func(f *fixture)
}

// A capabilityCase tests one rule of the capability C.
type capabilityCase[C any] struct {
	name string
	run  func(f *fixture, c C)
}

var areas = []area{
	everyStore("Get", getCases),
	everyStore("Put", putCases),
	everyStore("Delete", deleteCases),
	everyStore("Call", callCases),
	everyStore("Close", closeCases),
	everyStore("Concurrent", concurrentCases),
	capability("AppendGet", appendCases),
	capability("Exists", existsCases),
	capability("Apply", batchCases),
	capability("GetMany", multiGetCases),
	capability("GetSized", sizedCases),
	capability("GetManySized", sizedManyCases),
	capability("Scan", scanCases),
	capability("ScanPrefix", prefixCases),
	capability("View", viewCases),
	capability("Update", updateCases),
	capability("CompareAndSwap", swapCases),
	capability("PutTTL", ttlCases),
	capability("GetTTL", getTTLCases),
	capability("Ping", pingCases),
	capability("Describe", describeCases),
	capability("ReplicationLag", lagCases),
	capability("AppendStats", statsCases),
	capability("PoolStats", poolCases),
	capability("Notices", noticeCases),
}

func everyStore(name string, cases []storeCase) area {
	return area{name, func(kvdb.Store) bool { return true }, cases}
}

func capability[C any](name string, cases []capabilityCase[C]) area {
	a := area{name: name, offered: func(s kvdb.Store) bool {
		_, ok := kvdb.As[C](s)
		return ok
	}}
	for _, c := range cases {
		a.cases = append(a.cases, storeCase{c.name, func(f *fixture) {
			found, ok := kvdb.As[C](f.store)
			if !ok {
				f.Fatal("the store lost a capability that the one before it had")
			}
			c.run(f, found)
		}})
	}
	return a
}

func newFixture(t testing.TB, open func(testing.TB) kvdb.Store) *fixture {
	t.Helper()
	s := open(t)
	if s == nil {
		t.Fatal("open returned a nil store")
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
	})
	f := &fixture{TB: t, store: s}
	if d, ok := kvdb.As[kvdb.Describer](s); ok {
		f.info = d.Describe()
	}
	return f
}
