package instrument_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// cache is something that is no kvdb store.
type cache struct {
	recorder *instrument.Recorder
	err      error
}

func (c *cache) lookup(ctx context.Context, key, value []byte) error {
	call := c.recorder.Operation("lookup").Call()
	call.Key(key)
	call.Sent(len(key) - 1)
	_, err := instrument.Do(ctx, call, func(context.Context) ([]byte, error) {
		call.Sent(1)
		if c.err != nil {
			return nil, c.err
		}
		if value == nil {
			call.Miss()
		}
		call.Delivered(len(value))
		call.Delivered(-1)
		return value, nil
	})
	return err
}

func newRecorder(t testing.TB, options ...instrument.Option) *instrument.Recorder {
	t.Helper()
	r, err := instrument.NewRecorder(kvdb.Info{System: "cache", Namespace: "sessions"}, []string{"lookup", "evict"}, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestRecorder(t *testing.T) {
	for name, where := range map[string]func() (instrument.Option, func() testutil.Samples){
		"registry": func() (instrument.Option, func() testutil.Samples) {
			r := instrument.NewRegistry()
			p := r.NewProducer()
			return instrument.WithRegistry(r), func() testutil.Samples { return testutil.Collect(t, p) }
		},
		"provider": func() (instrument.Option, func() testutil.Samples) {
			m := newMeterReader()
			return instrument.WithMeterProvider(m.provider), func() testutil.Samples { return m.collect(t) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			option, collect := where()
			logger, log := testutil.NewLog(t, zapcore.InfoLevel)
			c := &cache{recorder: newRecorder(t, option, instrument.WithLogger(logger))}
			ctx := t.Context()
			_ = c.lookup(ctx, []byte("key"), []byte("value"))
			_ = c.lookup(ctx, []byte("key"), nil)
			for _, err := range []error{kvdb.ErrNotFound, kvdb.ErrUnavailable, kvdb.ErrTooLarge, context.Canceled} {
				c.err = err
				if got := c.lookup(ctx, []byte("key"), nil); got != err {
					t.Errorf("the error became %v, want %v", got, err)
				}
			}
			func() {
				defer func() { _ = recover() }()
				c.recorder.Operation("evict").Call().Run(func() { panic("in a call") })
			}()
			for _, undeclared := range []string{"", "get"} {
				call := c.recorder.Operation(undeclared).Call()
				call.Begin(ctx)
				call.Sent(3)
				call.End(nil)
			}
			got := make(map[string]float64)
			for _, s := range collect().Find("kvdb.requests") {
				if s.Value > 0 {
					got[s.Attributes["db.operation.name"]+" "+s.Attributes["kvdb.outcome"]] = s.Value
				}
			}
			equalMaps(t, "requests", got, map[string]float64{
				"lookup ok": 1, "lookup miss": 2, "lookup error": 2, "lookup canceled": 1, "evict error": 1,
			})
			if n := collect().Sum("kvdb.bytes.written"); n != 18 {
				t.Errorf("%v bytes written, want 18", n)
			}
			if n := collect().Sum("kvdb.bytes.read"); n != 5 {
				t.Errorf("%v bytes read, want 5", n)
			}
			if got, want := c.recorder.Totals(), (instrument.Totals{Succeeded: 3, Canceled: 1, Refused: 1, Failed: 2}); got != want {
				t.Errorf("totals %+v, want %+v", got, want)
			}
			if lines := log.Lines(t); len(lines) != 4 || lines[0]["key_len"] != 3.0 || lines[0]["operation"] != "lookup" || lines[3]["operation"] != "" {
				t.Errorf("lines %v, want three of calls and one of an operation that was not declared", lines)
			}
		})
	}
}

func TestRecorderSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow []string
		r := newRecorder(t, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithSlowThreshold(time.Second, "evict"),
			instrument.WithOnSlow(func(_ context.Context, s instrument.SlowOperation) string {
				slow = append(slow, s.Operation)
				return ""
			}))
		defer r.Close()
		for _, d := range []time.Duration{100*time.Millisecond - 1, 100 * time.Millisecond, time.Second} {
			for _, operation := range []string{"lookup", "evict"} {
				r.Operation(operation).Call().Run(func() { time.Sleep(d) })
			}
		}
		if got := strings.Join(slow, " "); got != "lookup lookup evict" {
			t.Errorf("slow were %s", got)
		}
	})
}

// What somebody else has timed is recorded as it is, to the nanosecond.
func TestRecorderRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := instrument.NewRegistry()
		producer := registry.NewProducer()
		spans := tracetest.NewSpanRecorder()
		traces := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		r := newRecorder(t, instrument.WithRegistry(registry), instrument.WithTracerProvider(traces), instrument.WithLogger(logger))
		defer r.Close()
		time.Sleep(time.Minute)

		lookup := r.Operation("lookup")
		lookup.Record(t.Context(), 100*time.Millisecond, nil) // the bound belongs to the bucket
		lookup.Record(t.Context(), 0, kvdb.ErrNotFound)
		lookup.Record(t.Context(), -time.Second, nil)
		ctx, parent := traces.Tracer("test").Start(t.Context(), "request")
		r.Operation("evict").Record(ctx, 2*time.Second, kvdb.ErrUnavailable)
		parent.End()
		r.Operation("get").Record(t.Context(), time.Second, nil)

		got := testutil.Collect(t, producer)
		for name, want := range map[string]float64{"lookup": 3, "evict": 0} {
			if n := got.Sum("db.client.operation.duration_bucket", "db.operation.name", name, "le", "0.1"); n != want {
				t.Errorf("%v of %s within 100 ms, want %v", n, name, want)
			}
		}
		if n := got.Sum("kvdb.requests"); n != 4 {
			t.Errorf("%v requests, want 4", n)
		}
		if n := got.Sum("kvdb.in_flight"); n != 0 {
			t.Errorf("%v in flight", n)
		}
		span := spans.Ended()[0]
		if d := span.EndTime().Sub(span.StartTime()); span.Name() != "evict sessions" || d != 2*time.Second || !span.EndTime().Equal(time.Now()) {
			t.Errorf("span %s of %v to %v", span.Name(), d, span.EndTime())
		}
		if lines := log.Lines(t); len(lines) != 3 || lines[1]["duration_ms"] != 2000.0 {
			t.Errorf("lines %v", lines)
		}
	})
}

func TestRecorderOther(t *testing.T) {
	for _, tc := range []struct {
		declared []string
		want     map[string]float64
	}{
		{[]string{"get", "put"}, map[string]float64{"get": 2, "put": 1}},
		{[]string{"get", "other", "put"}, map[string]float64{"get": 2, "put": 1, "other": 3}},
	} {
		registry := instrument.NewRegistry()
		producer := registry.NewProducer()
		r, err := instrument.NewRecorder(kvdb.Info{System: "cache"}, tc.declared, instrument.WithRegistry(registry))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"get", "put", "get", "GET", "", "scan"} {
			r.Operation(name).Record(t.Context(), time.Millisecond, nil)
		}
		got := make(map[string]float64)
		for _, s := range testutil.Collect(t, producer).Find("kvdb.requests") {
			if s.Value > 0 {
				got[s.Attributes["db.operation.name"]] = s.Value
			}
		}
		equalMaps(t, "requests", got, tc.want)
		_ = r.Close()
	}
}

// What somebody else has timed may be nonsense, and must not spoil the sum.
func TestRecorderRecordsAtMostAYear(t *testing.T) {
	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	r := newRecorder(t, instrument.WithRegistry(registry))
	defer r.Close()
	for range 700 {
		r.Operation("lookup").Record(t.Context(), math.MaxInt64, nil)
	}
	const year = 365 * 24 * time.Hour
	if got, want := testutil.Collect(t, producer).Sum("db.client.operation.duration_sum"), 584*year.Seconds(); got < want {
		t.Errorf("the sum is %v s, want at least %v", got, want)
	}
}

// The metrics for dashboards of stores are there on demand.
func TestRecorderCompatMetrics(t *testing.T) {
	for want, options := range [][]instrument.Option{nil, {instrument.WithCompatMetrics()}} {
		registry := instrument.NewRegistry()
		producer := registry.NewProducer()
		r := newRecorder(t, append(options, instrument.WithRegistry(registry))...)
		r.Operation("lookup").Record(t.Context(), time.Second, nil)
		if n := testutil.Collect(t, producer).Sum("kvdb.request.latency_count"); n != float64(want) {
			t.Errorf("%v calls in kvdb.request.latency, want %d", n, want)
		}
	}
}

func TestNewRecorderRefuses(t *testing.T) {
	good := instrument.WithRegistry(instrument.NewRegistry())
	many := operationNames(65)
	for _, c := range []struct {
		name       string
		operations []string
		options    []instrument.Option
		want       []string
	}{
		{"none", nil, []instrument.Option{good}, []string{"0 operations"}},
		{"too many", many, []instrument.Option{good}, []string{"declare 1 to 64"}},
		{"bad names", []string{"", "a\n", "ok", "ok", strings.Repeat("x", 41)}, []instrument.Option{good},
			[]string{`"" is no operation`, `"a\n"`, `"ok" is declared twice`, "xxx"}},
		{"options too", []string{""}, []instrument.Option{good, instrument.WithNamespace("\xff")}, []string{`"" is no operation`, "UTF-8"}},
		{"another's operation", []string{"lookup"}, []instrument.Option{good, instrument.WithSlowThreshold(1, "get")}, []string{`no operation "get"`}},
	} {
		_, err := instrument.NewRecorder(kvdb.Info{}, c.operations, c.options...)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error %q does not say %q", c.name, err, part)
			}
		}
	}
	r := instrument.NewRegistry()
	newRecorder(t, instrument.WithRegistry(r))
	if _, err := instrument.NewRecorder(kvdb.Info{System: "cache", Namespace: "sessions"}, []string{"x"}, instrument.WithRegistry(r)); !errors.Is(err, instrument.ErrDuplicate) {
		t.Errorf("a second recorder of one name: %v", err)
	}
}

func TestTotals(t *testing.T) {
	h := newHarness(t)
	for _, err := range []error{nil, kvdb.ErrNotFound, kvdb.ErrConflict, context.Canceled, kvdb.ErrInvalidArgument, kvdb.ErrTooLarge, kvdb.ErrTimeout, errors.New("x")} {
		h.below.Inject(testutil.Errors(err))
		_ = h.Put(t.Context(), []byte("key"), nil)
	}
	_ = as[kvdb.Viewer](t, h.Store).View(t.Context(), func(kvdb.Reader) error { return nil })
	if got, want := h.Totals(), (instrument.Totals{Succeeded: 3, Canceled: 1, Refused: 2, Failed: 3}); got != want {
		t.Errorf("totals %+v, want %+v", got, want)
	}
}
