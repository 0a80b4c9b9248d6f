package instrument_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// TestSpansAreAsInTheCatalogue: what stands there is on some span or event, and
// nothing else is.
func TestSpansAreAsInTheCatalogue(t *testing.T) {
	for _, want := range catalog.Spans() {
		if want.Source != "instrument" {
			continue
		}
		keys, kinds := make(map[string]bool), make(map[catalog.SpanKind]bool)
		note := func(name string, attrs []attribute.KeyValue) {
			has := testutil.Attributes(attrs)
			if got := catalog.SpanName(has[catalog.OperationName], has[catalog.Namespace]); name != got {
				t.Errorf("%q has the attributes of %q", name, got)
			}
			for _, key := range want.Attributes {
				if _, ok := has[key]; !ok {
					t.Errorf("%q has no %s", name, key)
				}
			}
			for key := range has {
				keys[key] = true
			}
		}
		for _, info := range []kvdb.Info{
			{System: "memory", Namespace: "users"},
			{System: "redis", Namespace: "users", Remote: true, Address: "db.example", Port: 6379},
		} {
			below := testutil.NewFaulty()
			below.Info = info
			h := newHarnessOver(t, below, instrument.WithSpanOptions(instrument.SpanOptions{ParentEvents: want.Event}),
				instrument.WithSlowThreshold(1), instrument.WithOnSlow(func(context.Context, instrument.SlowOperation) string { return "profile" }))
			ctx, parent := h.sampled(t.Context())
			for _, o := range operationCalls(t) {
				_ = o.call(ctx, h.Store, []byte("key"), []byte("value"))
			}
			below.Inject(testutil.Errors(kvdb.ErrUnavailable))
			_, _ = h.Get(ctx, []byte("key"))
			parent.End()
			for _, s := range h.ended() {
				kinds[catalog.SpanKind(s.SpanKind().String())] = true
				note(s.Name(), s.Attributes())
			}
			for _, s := range h.spans.Ended() {
				for _, e := range s.Events() {
					note(e.Name, e.Attributes)
				}
			}
		}
		if got, all := slices.Sorted(maps.Keys(keys)), slices.Sorted(slices.Values(slices.Concat(want.Attributes, want.Optional))); !slices.Equal(got, all) {
			t.Errorf("event %t: the attributes are %v, in the catalogue %v", want.Event, got, all)
		}
		if got, all := slices.Sorted(maps.Keys(kinds)), slices.Sorted(slices.Values(want.Kinds)); !slices.Equal(got, all) {
			t.Errorf("event %t: the kinds are %v, in the catalogue %v", want.Event, got, all)
		}
	}
}
