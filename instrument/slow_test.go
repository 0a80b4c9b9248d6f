package instrument_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

func TestOnSlow(t *testing.T) {
	for _, c := range []struct {
		name     string
		hook     func(context.Context, instrument.SlowOperation) string
		evidence any
	}{
		{"with evidence", func(context.Context, instrument.SlowOperation) string { return "profile-1" }, "profile-1"},
		{"with a path that is not UTF-8", func(context.Context, instrument.SlowOperation) string { return "/tmp/caf\xe9" }, "/tmp/caf\uFFFD"},
		{"without", func(context.Context, instrument.SlowOperation) string { return "" }, nil},
		{"panics", func(context.Context, instrument.SlowOperation) string { panic("in the hook") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls []instrument.SlowOperation
				var inside trace.SpanContext
				h := newHarness(t, instrument.WithOnSlow(func(ctx context.Context, slow instrument.SlowOperation) string {
					calls = append(calls, slow)
					inside = trace.SpanContextFromContext(ctx)
					return c.hook(ctx, slow)
				}))
				defer h.Close()
				ctx, parent := h.sampled(t.Context())
				h.below.Inject(testutil.Latency(100*time.Millisecond - 1))
				_, _ = h.Get(ctx, []byte("key"))
				h.below.Inject(func(context.Context, string) error {
					time.Sleep(100 * time.Millisecond)
					return kvdb.ErrUnavailable
				})
				_, _ = h.Get(ctx, []byte("key"))
				parent.End()
				want := instrument.SlowOperation{
					System: "memory", Namespace: "memory", Operation: "get", Duration: 100 * time.Millisecond,
					Outcome: "error", ErrorType: "unavailable",
				}
				if len(calls) != 1 || calls[0] != want {
					t.Errorf("the hook got %+v, want %+v", calls, want)
				}
				span := h.ended()[1]
				if !inside.Equal(span.SpanContext()) {
					t.Error("the hook's context does not hold the operation's span")
				}
				if got := testutil.Attributes(span.Attributes())["kvdb.evidence.id"]; fmt.Sprint(c.evidence) != got && (c.evidence != nil || got != "") {
					t.Errorf("the span has the evidence %q, want %v", got, c.evidence)
				}
				if lines := h.log.Lines(t); len(lines) != 1 || lines[0]["evidence"] != c.evidence {
					t.Errorf("the lines are %v, want one with the evidence %v", lines, c.evidence)
				}
			})
		})
	}
}

func TestSlowThresholds(t *testing.T) {
	const second = time.Second
	standard := map[string]time.Duration{
		"get": 100e6, "put": 100e6, "delete": 100e6, "compare_and_swap": 100e6,
		"BATCH": 100e6, "BATCH put": 100e6, "BATCH delete": 100e6, "BATCH get": 100e6,
	}
	with := func(changes map[string]time.Duration) map[string]time.Duration {
		m := make(map[string]time.Duration)
		for k, v := range standard {
			m[k] = v
		}
		for k, v := range changes {
			m[k] = v
		}
		return m
	}
	everywhere := func(d time.Duration) map[string]time.Duration {
		m := make(map[string]time.Duration)
		for k := range standard {
			m[k] = d
		}
		return m
	}
	for _, c := range []struct {
		name    string
		options []instrument.Option
		want    map[string]time.Duration // 0 and absent mean never
	}{
		{"defaults", nil, standard},
		{"all", []instrument.Option{instrument.WithSlowThreshold(second)}, everywhere(second)},
		{"one", []instrument.Option{instrument.WithSlowThreshold(second, "get")}, with(map[string]time.Duration{"get": second})},
		{"one without a default", []instrument.Option{instrument.WithSlowThreshold(second, "scan", "ping")},
			with(map[string]time.Duration{"scan": second, "ping": second})},
		{"never", []instrument.Option{instrument.WithSlowThreshold(0)}, nil},
		{"negative", []instrument.Option{instrument.WithSlowThreshold(-1, "put")}, with(map[string]time.Duration{"put": 0})},
		{"the last wins", []instrument.Option{instrument.WithSlowThreshold(0), instrument.WithSlowThreshold(second, "get")},
			map[string]time.Duration{"get": second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slow := make(map[string]int)
				h := newHarness(t, append(c.options, instrument.WithOnSlow(func(_ context.Context, s instrument.SlowOperation) string {
					slow[s.Operation]++
					return ""
				}))...)
				defer h.Close()
				for _, o := range operationCalls(t) {
					d := c.want[o.operation]
					for _, took := range []time.Duration{max(d, 1) - 1, d, time.Minute} {
						clear(slow)
						once := false
						h.below.Inject(func(context.Context, string) error {
							if !once {
								time.Sleep(took)
							}
							once = true
							return nil
						})
						_ = o.call(t.Context(), h.Store, []byte("key"), []byte("value"))
						want := 0
						if d > 0 && took >= d {
							want = 1
						}
						if slow[o.operation] != want {
							t.Errorf("%s that takes %v was slow %d times, want %d", o.name, took, slow[o.operation], want)
						}
					}
				}
			})
		})
	}
}
