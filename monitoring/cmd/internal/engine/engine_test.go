package engine_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb"
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

// What is known of an engine is what a store says that is open.
func TestOpenStores(t *testing.T) {
	for _, e := range engine.All() {
		t.Run(e.System, func(t *testing.T) {
			at := t.TempDir()
			if e.Info.Remote {
				at = redisserver.Start(t).Address
			}
			s, err := e.Open(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			if got := kvdb.Capabilities(s); !slices.Equal(got, e.Capabilities) {
				t.Errorf("the store has\n%q, and the table\n%q", got, e.Capabilities)
			}
			d, ok := kvdb.As[kvdb.Describer](s)
			if !ok {
				t.Fatal("the store does not describe itself")
			}
			got, want := d.Describe(), e.Info
			if (got.Address != "") != want.Remote {
				t.Errorf("the store is at %q, and Remote is %t", got.Address, want.Remote)
			}
			want.System, want.Namespace, want.Address, want.Port = e.System, got.Namespace, got.Address, got.Port
			if got != want {
				t.Errorf("the store says\n%+v of itself, and the table\n%+v", got, want)
			}
			if e.Has("TTLPutter") != (e.Info.TTLResolution > 0) {
				t.Errorf("the resolution is %v, and the capabilities are %q", e.Info.TTLResolution, e.Capabilities)
			}
		})
	}
}
