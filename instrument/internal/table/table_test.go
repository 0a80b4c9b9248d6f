package table_test

import (
	"testing"

	"github.com/otelkv/otelkv/instrument/internal/table"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// What the catalogue says that this package emits has a row, and the one way to
// its points that belongs to its kind.
func TestTable(t *testing.T) {
	missing := make(map[string]bool)
	for _, m := range catalog.All() {
		if m.Source == "instrument" {
			missing[m.Name] = true
		}
	}
	for _, r := range table.Rows {
		if !missing[r.Name] {
			t.Errorf("%s is not in the catalogue, or twice in the table", r.Name)
		}
		delete(missing, r.Name)
		number := r.Kind == catalog.Counter || r.Kind == catalog.UpDownCounter || r.Kind == catalog.Gauge
		if (r.Ints != nil) == (r.Floats != nil) && number || (r.Distributions != nil) == number {
			t.Errorf("%s: the points do not fit a %s", r.Name, r.Kind)
		}
	}
	for name := range missing {
		t.Errorf("%s has no row", name)
	}
}
