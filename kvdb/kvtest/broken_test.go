package kvtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// The suite has to catch each of these stores, in the named case.
func TestRunCatches(t *testing.T) {
	for _, c := range slices.Concat(brokenStores, brokenScans, brokenTxns) {
		t.Run(c.flaw, func(t *testing.T) {
			area, name, _ := strings.Cut(c.by, "/")
			run := find(t, area, name)
			open := func(flaw func(e *engine, f *flawed)) []string {
				return record(t, func(t testing.TB) {
					run(newFixture(t, func(testing.TB) kvdb.Store {
						f := &flawed{engine: newEngine()}
						flaw(f.engine, f)
						return f
					}))
				})
			}
			if failures := open(func(*engine, *flawed) {}); len(failures) > 0 {
				t.Fatalf("the sound store fails: %q", failures)
			}
			failures := open(c.make)
			if len(failures) == 0 {
				t.Errorf("%s does not see it", c.by)
			}
			t.Logf("%.300q", failures)
		})
	}
}

// Every case has to be able to fail.
func TestEveryCaseCatchesSomething(t *testing.T) {
	var caught []string
	for _, c := range slices.Concat(brokenStores, brokenScans, brokenTxns) {
		caught = append(caught, c.by)
	}
	for _, a := range areas {
		for _, c := range a.cases {
			if name := a.name + "/" + c.name; !slices.Contains(caught, name) {
				t.Errorf("no broken store is there for %s", name)
			}
		}
	}
}

func find(t *testing.T, areaName, caseName string) func(*fixture) {
	t.Helper()
	for _, a := range areas {
		for _, c := range a.cases {
			if a.name == areaName && c.name == caseName {
				return c.run
			}
		}
	}
	t.Fatalf("the suite has no %s/%s", areaName, caseName)
	return nil
}

// A broken is a store with a flaw, and the case that catches it.
type broken struct {
	flaw, by string
	make     func(e *engine, f *flawed)
}
