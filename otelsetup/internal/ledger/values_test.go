package ledger

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The reference says what error.type can be.
func TestValuesAreTheCatalogues(t *testing.T) {
	for _, m := range []catalog.Metric{catalog.SpanExported, catalog.LogRecordExported, catalog.DataPointExported} {
		if got, want := failureNames[:], m.Values[catalog.ErrorType]; !slices.Equal(got, want) {
			t.Errorf("%s fails as %q, the catalogue has %q", m.Name, got, want)
		}
	}
}
