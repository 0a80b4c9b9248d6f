package instrument_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/contrib/bridges/otelzap"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

var update = flag.Bool("update", false, "rewrite testdata")

// countingIDs makes ids that are the same in every run.
type countingIDs struct{ traces, spans byte }

func (c *countingIDs) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	c.traces++
	id := trace.TraceID{15: c.traces}
	return id, c.NewSpanID(ctx, id)
}

func (c *countingIDs) NewSpanID(context.Context, trace.TraceID) trace.SpanID {
	c.spans++
	return trace.SpanID{7: c.spans}
}

// The transcript is all that one scripted run reports. Who changes it changes
// what dashboards, alerts and log queries of users stand on.
func TestTranscript(t *testing.T) {
	var got []byte
	synctest.Test(t, func(t *testing.T) { got = transcript(t) })
	name := filepath.Join("testdata", "transcript.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := "(the end)", "(the end)"
		if i < len(gotLines) {
			g = gotLines[i]
		}
		if i < len(wantLines) {
			w = wantLines[i]
		}
		if g != w {
			t.Fatalf("%s:%d, rewritten with -update:\n got %s\nwant %s", name, i+1, g, w)
		}
	}
}

func transcript(t *testing.T) []byte {
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans), sdktrace.WithIDGenerator(new(countingIDs)))
	logger, log := testutil.NewLog(t, zapcore.DebugLevel)
	records := new(testutil.LogRecords)
	logger = logger.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
		return zapcore.NewTee(c, otelzap.NewCore("test", otelzap.WithLoggerProvider(records.Provider())))
	}))
	registry := instrument.NewRegistry()
	producer := registry.NewProducer(instrument.WithSummaries())
	below := testutil.NewFaulty()
	below.Info = kvdb.Info{System: "redis", Namespace: "users", Remote: true, Address: "db.example", Port: 6379}
	below.Report(
		testutil.Gauge("kvdb.engine.disk.size", "By", "Size of the files", 4096),
		testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 3),
		testutil.Disk(0.25),
	)
	below.Lag = func(context.Context) (map[string]time.Duration, error) {
		return map[string]time.Duration{"replica-1": 1500 * time.Millisecond}, nil
	}
	w := wrap(t, below, instrument.WithRegistry(registry), instrument.WithTracerProvider(provider), instrument.WithLogger(logger),
		instrument.WithSizes(), instrument.WithLogOptions(instrument.LogOptions{HashSecret: []byte("secret")}),
		instrument.WithOnSlow(func(context.Context, instrument.SlowOperation) string { return "profile-1" }))
	defer w.Close()

	start := time.Now()
	ctx, parent := provider.Tracer("test").Start(t.Context(), "request")
	script(t, ctx, w, below)
	parent.End()
	time.Sleep(time.Second)

	var b bytes.Buffer
	scopes, err := producer.Produce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&b, "== Metrics ==")
	for _, scope := range scopes {
		fmt.Fprintf(&b, "scope %s %s\n", scope.Scope.Name, scope.Scope.Version)
		for _, m := range scope.Metrics {
			fmt.Fprintf(&b, "\n# %s (%s) %s: %s\n", m.Name, m.Unit, kindOf(m.Data), m.Description)
			writeSamples(&b, testutil.Flatten([]metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{m}}}))
		}
	}
	fmt.Fprintln(&b, "\n== Spans ==")
	for _, line := range testutil.SpanLines(spans.Ended(), start) {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprintln(&b, "\n== Lines ==")
	b.WriteString(log.String())
	fmt.Fprintln(&b, "\n== Log records ==")
	b.WriteString(records.String())
	return b.Bytes()
}

// writeSamples leaves out what makes a transcript long and says little: the
// attributes of the store, but for the first sample, buckets that hold no more
// than the one below, and zeros.
func writeSamples(b *bytes.Buffer, samples testutil.Samples) {
	var last float64
	zeros := 0
	for i, s := range samples {
		if s.Attributes["quantile"] != "" { // an estimate, whose last digits depend on the processor
			s.Value, _ = strconv.ParseFloat(strconv.FormatFloat(s.Value, 'g', 3, 64), 64)
		}
		line := s.String()
		switch {
		case s.Value == 0:
			zeros++
			last = 0
			continue
		case strings.HasSuffix(s.Name, "_bucket"):
			if s.Value == last {
				continue
			}
			last = s.Value
		default:
			last = 0
		}
		if i > 0 {
			for _, common := range []string{`db.namespace="users",`, `db.system.name="redis",`, `server.address="db.example",`, `server.port="6379",`, `server.port="6379"`} {
				line = strings.ReplaceAll(line, common, "")
			}
			line = strings.ReplaceAll(line, ",}", "}")
		}
		fmt.Fprintln(b, line)
	}
	if zeros > 0 {
		fmt.Fprintf(b, "and %d zeros\n", zeros)
	}
}

// script does each operation once with each way to end.
func script(t *testing.T, ctx context.Context, w kvdb.Store, below *testutil.Faulty) {
	calls := operationCalls(t)
	run := func(name string, fault testutil.Fault) {
		below.Inject(fault)
		for _, c := range calls {
			if c.name == name {
				recovered(func() { _ = c.call(ctx, w, []byte("key"), []byte("value")) })
			}
		}
		below.Inject(nil)
	}
	takes := func(d time.Duration, err error) testutil.Fault {
		once := false
		return func(context.Context, string) error {
			if !once {
				time.Sleep(d)
			}
			once = true
			return err
		}
	}
	run("Get", takes(1500*time.Nanosecond, nil)) // a miss
	for i, c := range calls {
		run(c.name, takes(time.Duration(i+1)*10*time.Microsecond, nil))
	}
	run("Get", takes(250*time.Millisecond, nil))
	run("Put", takes(time.Millisecond, &kvdb.Error{Op: "put", Kind: kvdb.ErrUnavailable, Err: errors.New("connection refused")}))
	run("Put", takes(time.Millisecond, &kvdb.Error{Op: "put", Kind: kvdb.ErrTooLarge}))
	run("Update", takes(time.Millisecond, &kvdb.Error{Op: "update", Kind: kvdb.ErrConflict}))
	run("Scan", takes(time.Millisecond, kvdb.ContextError("scan", context.Canceled)))
	run("Delete", testutil.Panics("a bug"))
	_ = as[kvdb.Viewer](t, w).View(ctx, func(kvdb.Reader) error { return errors.New("no such user") })
}

func kindOf(data metricdata.Aggregation) string {
	switch d := data.(type) {
	case metricdata.Sum[int64]:
		return sumKind(d.IsMonotonic)
	case metricdata.Sum[float64]:
		return sumKind(d.IsMonotonic)
	case metricdata.Histogram[float64], metricdata.Histogram[int64]:
		return "histogram"
	case metricdata.Summary:
		return "summary"
	default:
		return "gauge"
	}
}

func sumKind(monotonic bool) string {
	if monotonic {
		return "counter"
	}
	return "up-down counter"
}
