package instrument_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
)

// Exemplars name the last sampled operation of each bucket, and no reader takes
// them away from another.
func TestExemplars(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		defer h.Close()
		delta := h.registry.NewProducer(instrument.WithTemporality(deltaTemporality))
		var last string
		for range 2 { // the second replaces the first
			ctx, parent := h.sampled(t.Context())
			h.below.Inject(testutil.Latency(3 * time.Millisecond))
			_, _ = h.Get(ctx, []byte("key"))
			parent.End()
			own := h.ended()[len(h.ended())-1]
			last = own.SpanContext().SpanID().String()
		}
		h.take(2 * time.Millisecond) // not sampled: it replaces nothing
		for range 2 {
			for _, s := range h.collect() {
				want := s.Name == "db.client.operation.duration_bucket" && s.Attributes["db.operation.name"] == "get" && s.Attributes["le"] == "0.005"
				if (s.Exemplar != "") != want {
					t.Errorf("%v: has an exemplar: %v, want %v", s, s.Exemplar != "", want)
				}
				if want && (!strings.Contains(s.Exemplar, last) || !strings.HasSuffix(s.Exemplar, " 0.003")) {
					t.Errorf("%v does not name the span %s", s, last)
				}
			}
		}
		exemplars := func() (n int) {
			for _, s := range testutil.Collect(t, delta) {
				if s.Exemplar != "" {
					n++
				}
			}
			return n
		}
		if first, second := exemplars(), exemplars(); first != 1 || second != 0 {
			t.Errorf("a reader of deltas got %d and then %d exemplars, want 1 and 0", first, second)
		}
	})
}
