package kvtest

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

func TestMaskSubsets(t *testing.T) {
	e := newEngine()
	names := kvdb.Capabilities(e)
	for bits := range 1 << len(names) {
		var want []string
		for i, name := range names {
			if bits>>i&1 == 1 {
				want = append(want, name)
			}
		}
		if got := kvdb.Capabilities(Mask(e, want...)); !slices.Equal(got, want) {
			t.Fatalf("Mask(%q) has %q", want, got)
		}
		if got := kvdb.Capabilities(NewTally(Mask(e, want...))); !slices.Equal(got, want) {
			t.Fatalf("a Tally of Mask(%q) has %q", want, got)
		}
	}
}

func TestMask(t *testing.T) {
	m := kvdb.NewMemory(nil)
	masked := Mask(m, "Lagger", "Scanner", "Unknown")
	if got := kvdb.Capabilities(masked); !slices.Equal(got, []string{"Scanner"}) {
		t.Errorf("Mask gave its store the capabilities %q", got)
	}
	if got := kvdb.Capabilities(Mask(masked, "Pinger", "Scanner")); !slices.Equal(got, []string{"Scanner"}) {
		t.Errorf("a Mask around a Mask uncovered %q", got)
	}
	if got, ok := kvdb.As[*kvdb.Memory](masked); !ok || got != m {
		t.Errorf("As[*Memory] = %p, %t, want the store below", got, ok)
	}
	if _, ok := kvdb.As[interface {
		kvdb.Scanner
		kvdb.Pinger
	}](masked); ok {
		t.Error("a combination of capabilities was found around the Mask")
	}
}

func TestMaskCopiesNames(t *testing.T) {
	names := []string{"Scanner"}
	masked := Mask(kvdb.NewMemory(nil), names...)
	names[0] = "Pinger"
	if got := kvdb.Capabilities(masked); !slices.Equal(got, []string{"Scanner"}) {
		t.Errorf("a change to the caller's names made the capabilities %q", got)
	}
}
