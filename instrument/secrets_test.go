package instrument_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

const (
	secretKey   = "SECRET-KEY"
	secretValue = "SECRET-VALUE"
)

// Keys and values are in no span, whatever happens, and in no line unless the
// user asks.
func TestNoSecrets(t *testing.T) {
	for _, events := range []bool{false, true} {
		h := newHarness(t,
			instrument.WithSpanOptions(instrument.SpanOptions{ParentEvents: events}),
			instrument.WithSlowThreshold(1, "get", "put", "delete", "scan", "view", "update", "compare_and_swap", "BATCH", "BATCH put", "BATCH get", "BATCH delete"),
			instrument.WithOnSlow(func(context.Context, instrument.SlowOperation) string { return "evidence" }),
			instrument.WithLogOptions(instrument.LogOptions{Successes: true, Burst: 1000}))
		h.log.Level.SetLevel(-1)
		ctx, parent := h.sampled(t.Context())
		for _, fault := range []testutil.Fault{nil, testutil.Errors(kvdb.ErrUnavailable), testutil.Panics(secretKey)} {
			h.below.Inject(fault)
			for _, c := range operationCalls(t) {
				recovered(func() { _ = c.call(ctx, h.Store, []byte(secretKey), []byte(secretValue)) })
			}
		}
		parent.End()
		spans := strings.Join(testutil.SpanLines(h.spans.Ended(), time.Time{}), "\n")
		var metrics strings.Builder
		for _, s := range h.collect() {
			fmt.Fprintln(&metrics, s)
		}
		for name, text := range map[string]string{"spans": spans, "lines": h.log.String(), "metrics": metrics.String()} {
			if text == "" || strings.Contains(text, "SECRET") {
				t.Errorf("the %s are empty or tell a secret:\n%s", name, text)
			}
		}
	}
}
