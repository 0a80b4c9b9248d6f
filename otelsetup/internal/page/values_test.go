package page

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The reference says what error.type can be.
func TestValuesAreTheCatalogues(t *testing.T) {
	if got, want := []string{duplicate, conflict, invalid}, catalog.ScrapeDropped.Values[catalog.ErrorType]; !slices.Equal(got, want) {
		t.Errorf("series are dropped for %q, the catalogue has %q", got, want)
	}
	if got, want := []string{late, panics, other}, catalog.ScrapeFailures.Values[catalog.ErrorType]; !slices.Equal(got, want) {
		t.Errorf("gatherings fail as %q, the catalogue has %q", got, want)
	}
}
