package otelsetup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// show prints the lines of a page that begin with one of the prefixes.
func show(h http.Handler, prefixes ...string) {
	page := httptest.NewRecorder()
	h.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(page.Body.String()) {
		for _, prefix := range prefixes {
			if strings.HasPrefix(line, prefix) {
				fmt.Print(line)
			}
		}
	}
}

func Example() {
	ctx := context.Background()
	tel, err := otelsetup.Start(ctx,
		otelsetup.WithServiceName("checkout"),
		otelsetup.WithServiceVersion("1.4.0"),
		otelsetup.WithResourceAttributes(attribute.String("deployment.environment.name", "staging")),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(ctx)

	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel), instrument.WithNamespace("orders"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	if err := store.Put(ctx, []byte("key"), []byte("value")); err != nil {
		fmt.Println(err)
	}
	show(tel.MetricsHandler(), `kvdb_requests_total{db_namespace="orders",db_operation_name="put",db_system_name="memory",kvdb_outcome="ok"}`)
	// Output:
	// kvdb_requests_total{db_namespace="orders",db_operation_name="put",db_system_name="memory",kvdb_outcome="ok"} 1
}

func ExampleTelemetry_MetricsHandler() {
	tel, err := otelsetup.Start(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(context.Background())

	// Metrics that the program has in a registry of its own.
	registry := prometheus.NewRegistry()
	carts := prometheus.NewGauge(prometheus.GaugeOpts{Name: "shop_carts", Help: "Open carts"})
	registry.MustRegister(carts)
	carts.Set(3)

	mux := http.NewServeMux()
	mux.Handle("/metrics", tel.MetricsHandler(registry))
	show(mux, "shop_", "# TYPE kvdb_memory_bytes")
	// Output:
	// # TYPE kvdb_memory_bytes gauge
	// shop_carts 3
}

func ExampleWithPrometheusRegistry() {
	registry := prometheus.NewRegistry()
	carts := prometheus.NewGauge(prometheus.GaugeOpts{Name: "shop_carts", Help: "Open carts"})
	registry.MustRegister(carts)
	carts.Set(3)

	// For the default registry of client_golang it is prometheus.DefaultRegisterer
	// and prometheus.DefaultGatherer.
	tel, err := otelsetup.Start(context.Background(), otelsetup.WithPrometheusRegistry(registry, registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(context.Background())

	show(tel.MetricsHandler(), "shop_", "# TYPE kvdb_memory_bytes")
	// Output:
	// # TYPE kvdb_memory_bytes gauge
	// shop_carts 3
}

func ExampleContext() {
	ctx := context.Background()
	tel, err := otelsetup.Start(ctx, otelsetup.WithLogWriter(withoutTime{os.Stdout}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(ctx)

	parent := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0xa}, SpanID: trace.SpanID{0xb}, TraceFlags: trace.FlagsSampled,
	})
	ctx = trace.ContextWithSpanContext(ctx, parent)

	log := tel.Logger().With(otelsetup.Context(ctx))
	log.Info("order placed", zap.Int("items", 3))
	log.Warn("stock is low")
	// Output:
	// {"level":"info","trace_id":"0a000000000000000000000000000000","span_id":"0b00000000000000","trace_flags":"01","message":"order placed","items":3}
	// {"level":"warn","trace_id":"0a000000000000000000000000000000","span_id":"0b00000000000000","trace_flags":"01","message":"stock is low"}
}

// withoutTime cuts the time out of lines, whose output an example could not know.
type withoutTime struct{ w io.Writer }

func (c withoutTime) Write(p []byte) (int, error) {
	_, err := c.w.Write(regexp.MustCompile(`"timestamp":"[^"]*",`).ReplaceAll(p, nil))
	return len(p), err
}

func ExampleTelemetry_LogLevelHandler() {
	tel, err := otelsetup.Start(context.Background(), otelsetup.WithLogWriter(io.Discard))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(context.Background())

	mux := http.NewServeMux()
	mux.Handle("/loglevel", tel.LogLevelHandler())

	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequest(http.MethodPut, "http://localhost/loglevel", strings.NewReader(`{"level":"debug"}`)))
	fmt.Print(answer.Body)
	fmt.Println(tel.Level())
	// Output:
	// {"level":"debug"}
	// debug
}

func ExampleTelemetry_Losses() {
	ctx := context.Background()
	tel, err := otelsetup.Start(ctx, otelsetup.WithLogWriter(io.Discard), otelsetup.WithLogExporter(unreachable{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	tel.Logger().Info("nobody hears this")

	fmt.Println(tel.Shutdown(ctx))
	fmt.Printf("%+v\n", tel.Losses())
	// Output:
	// otelsetup: shut down logs: 1 log records were not delivered: no route to host
	// {Spans:0 DataPoints:0 LogRecords:1 LogLines:0}
}

// unreachable is the exporter of a backend that cannot be reached.
type unreachable struct{}

func (unreachable) Export(context.Context, []sdklog.Record) error {
	return errors.New("no route to host")
}
func (unreachable) ForceFlush(context.Context) error { return nil }
func (unreachable) Shutdown(context.Context) error   { return nil }

// A program that must not fail because of a variable starts without them.
func ExampleWithLenientEnvironment() {
	os.Setenv("OTEL_TRACES_SAMPLER", "sometimes")
	defer os.Unsetenv("OTEL_TRACES_SAMPLER")

	ctx := context.Background()
	tel, err := otelsetup.Start(ctx, otelsetup.WithLenientEnvironment(), otelsetup.WithLogWriter(withoutTime{os.Stdout}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(ctx)
	// Output:
	// {"level":"error","message":"environment ignored","error":"OTEL_TRACES_SAMPLER: unknown sampler \"sometimes\": there are [parentbased_]always_on, always_off and traceidratio"}
}

// A program that knows better what its database takes says so itself.
func ExampleWithoutProcessMetrics() {
	ctx := context.Background()
	tel, err := otelsetup.Start(ctx, otelsetup.WithoutProcessMetrics())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(ctx)

	memory, err := tel.MeterProvider().Meter("database").Int64Gauge("kvdb.memory", metric.WithUnit("By"))
	if err != nil {
		fmt.Println(err)
		return
	}
	memory.Record(ctx, 64<<20)
	show(tel.MetricsHandler(), "kvdb_memory_bytes", "process_")
	// Output: kvdb_memory_bytes 6.7108864e+07
}
