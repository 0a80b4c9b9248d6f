package engine_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// Every adapter of the tree is an engine.
func TestEveryAdapterIsListed(t *testing.T) {
	const root = "../../../.."
	adapters, err := filepath.Glob(root + "/kvdb/*/go.mod")
	if err != nil || len(adapters) == 0 {
		t.Fatalf("no adapters found: %v", err)
	}
	for _, file := range adapters {
		dir := "kvdb/" + filepath.Base(filepath.Dir(file))
		if !slices.ContainsFunc(engine.All(), func(e engine.Engine) bool { return e.Package == dir }) {
			t.Errorf("%s is not listed", dir)
		}
	}
}

func TestEngines(t *testing.T) {
	for _, e := range engine.All() {
		for _, o := range []catalog.Operation{catalog.Get, catalog.Put, catalog.Delete} {
			if !slices.Contains(e.Operations(), o) {
				t.Errorf("%s has no %s", e.Name, o)
			}
		}
		want := len(e.Stats)
		if e.KnowsDisk() {
			want-- // it is a utilization
		}
		if got := len(e.Metrics()); got != want || (want > 0) != e.Has("StatsReader") {
			t.Errorf("%s has %d metrics, want %d, and the capabilities %q", e.Name, got, want, e.Capabilities)
		}
		for _, m := range e.Metrics() {
			if m.Name == "" || m.Kind == 0 || m.Stability == "" || m.Source != e.Package {
				t.Errorf("%s: %+v", e.Name, m)
			}
		}
	}
}
