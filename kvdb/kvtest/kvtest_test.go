package kvtest

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

func TestRun(t *testing.T) {
	names := kvdb.Capabilities(newEngine())
	for _, c := range []struct {
		name string
		open func() kvdb.Store
	}{
		{"Memory", func() kvdb.Store { return kvdb.NewMemory(nil) }},
		{"Everything", func() kvdb.Store { return newEngine() }},
		{"Masked", func() kvdb.Store { return Mask(newEngine(), names...) }},
		{"Nothing", func() kvdb.Store { return Mask(newEngine()) }},
		{"Tallied", func() kvdb.Store { return NewTally(newEngine()) }},
		{"TalliedTwice", func() kvdb.Store { return NewTally(Mask(NewTally(newEngine()), names...)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			Run(t, func(testing.TB) kvdb.Store { return c.open() })
		})
	}
}

// Each capability has to be testable alone, and the suite without those that
// the cases of others make use of.
func TestRunWithoutCapabilities(t *testing.T) {
	names := kvdb.Capabilities(newEngine())
	for _, name := range names {
		t.Run("only "+name, func(t *testing.T) {
			Run(t, func(testing.TB) kvdb.Store { return Mask(newEngine(), name) })
		})
	}
	for _, name := range []string{"Batcher", "Describer", "MultiGetter", "Scanner", "Viewer"} {
		others := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
		t.Run("without "+name, func(t *testing.T) {
			Run(t, func(testing.TB) kvdb.Store { return Mask(newEngine(), others...) })
		})
	}
}

func TestRunKeepsToLimits(t *testing.T) {
	Run(t, func(testing.TB) kvdb.Store {
		e := newEngine()
		e.info.MaxKey, e.info.MaxValue = 24, 500
		return e
	})
}

// A capability that is missing has no subtest, rather than a skipped one.
func TestAreasOffered(t *testing.T) {
	offered := func(s kvdb.Store) (names []string) {
		for _, a := range areas {
			if a.offered(s) {
				names = append(names, a.name)
			}
		}
		return names
	}
	bare := []string{"Get", "Put", "Delete", "Call", "Close", "Concurrent"}
	if got := offered(Mask(newEngine())); !slices.Equal(got, bare) {
		t.Errorf("a bare store is tested for %q, want %q", got, bare)
	}
	if got := offered(newEngine()); len(got) != len(areas) {
		t.Errorf("a store with every capability is tested for %q alone", got)
	}
	if got := offered(Mask(newEngine(), "Scanner")); !slices.Equal(got, append(bare, "Scan")) {
		t.Errorf("a scanner is tested for %q", got)
	}
}

func TestOpenReturnsNil(t *testing.T) {
	failures := record(t, func(t testing.TB) {
		newFixture(t, func(testing.TB) kvdb.Store { return nil })
	})
	if len(failures) != 1 {
		t.Errorf("a nil store failed with %q, want one message", failures)
	}
}
