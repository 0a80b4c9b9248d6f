package instrument_test

import (
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
)

// A summary costs who has not asked for it nothing, and a filter has the last
// word.
func TestSummariesAreAskedFor(t *testing.T) {
	h := newHarness(t)
	_, _ = h.Get(t.Context(), []byte("key"))
	without := instrument.WithMetricFilter(func(name string) bool { return name != instrument.QuantilesName })
	for _, tt := range []struct {
		name    string
		options []instrument.ProducerOption
		want    bool
	}{
		{"by default", nil, false},
		{"asked for", []instrument.ProducerOption{instrument.WithSummaries()}, true},
		{"asked for and filtered", []instrument.ProducerOption{instrument.WithSummaries(), without}, false},
	} {
		collected := testutil.Collect(t, h.registry.NewProducer(tt.options...))
		if got := has(collected, instrument.QuantilesName); got != tt.want {
			t.Errorf("%s: the summary is there: %t", tt.name, got)
		}
		if !has(collected, "kvdb.requests") {
			t.Errorf("%s: all else is missing", tt.name)
		}
	}
}
