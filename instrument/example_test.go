package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/pprof"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// printRequests prints kvdb.requests of what a reader of the registry sees.
func printRequests(r *instrument.Registry) {
	reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(r.NewProducer()))
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	defer provider.Shutdown(context.Background())
	var collected metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &collected); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range collected.ScopeMetrics[0].Metrics {
		if m.Name != "kvdb.requests" {
			continue
		}
		for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
			if p.Value > 0 {
				operation, _ := p.Attributes.Value("db.operation.name")
				outcome, _ := p.Attributes.Value("kvdb.outcome")
				fmt.Println(operation.AsString(), outcome.AsString(), p.Value)
			}
		}
	}
}

func ExampleWrap() {
	registry := instrument.NewRegistry()
	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	ctx := context.Background()
	_ = store.Put(ctx, []byte("greeting"), []byte("hello"))
	_, _ = store.Get(ctx, []byte("greeting"))
	_, err = store.Get(ctx, []byte("farewell"))
	fmt.Println(errors.Is(err, kvdb.ErrNotFound))
	printRequests(registry)
	// Output:
	// true
	// get ok 1
	// get miss 1
	// put ok 1
}

// A capability of the store below is found with kvdb.As and is recorded too.
func ExampleStore_As() {
	registry := instrument.NewRegistry()
	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry))
	defer store.Close()

	ctx := context.Background()
	if batcher, ok := kvdb.As[kvdb.Batcher](store); ok {
		_ = batcher.Apply(ctx, []kvdb.Mutation{
			{Key: []byte("a"), Value: []byte("1")},
			{Key: []byte("b"), Value: []byte("2")},
		})
	}
	if scanner, ok := kvdb.As[kvdb.Scanner](store); ok {
		for entry, err := range scanner.Scan(ctx, kvdb.Range{}) {
			fmt.Println(string(entry.Key), string(entry.Value), err)
		}
	}
	printRequests(registry)
	// Output:
	// a 1 <nil>
	// b 2 <nil>
	// scan ok 1
	// BATCH put ok 1
}

// A reader of a MeterProvider gets the metrics through a producer of its own,
// which is told how the reader's exporter wants them.
func ExampleRegistry_NewProducer() {
	registry := instrument.NewRegistry(instrument.WithDurationBounds(0.25))
	delta := func(sdkmetric.InstrumentKind) metricdata.Temporality { return metricdata.DeltaTemporality }
	reader := sdkmetric.NewManualReader(
		sdkmetric.WithTemporalitySelector(delta),
		sdkmetric.WithProducer(registry.NewProducer(
			instrument.WithTemporality(delta),
			instrument.WithMetricFilter(func(name string) bool { return name == "kvdb.bytes.written" }))))
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	defer provider.Shutdown(context.Background())

	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry))
	defer store.Close()
	for range 2 {
		_ = store.Put(context.Background(), []byte("key"), []byte("value"))
		var collected metricdata.ResourceMetrics
		_ = reader.Collect(context.Background(), &collected)
		for _, m := range collected.ScopeMetrics[0].Metrics {
			sum := m.Data.(metricdata.Sum[int64])
			for _, p := range sum.DataPoints {
				if operation, _ := p.Attributes.Value("db.operation.name"); operation.AsString() == "put" {
					fmt.Println(m.Name, m.Unit, p.Value)
				}
			}
		}
	}
	// Output:
	// kvdb.bytes.written By 8
	// kvdb.bytes.written By 8
}

func ExampleWithNamespace() {
	registry := instrument.NewRegistry()
	users, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry),
		instrument.WithNamespace("users"), instrument.WithAttributes(attribute.String("tier", "hot")))
	defer users.Close()
	_, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry), instrument.WithNamespace("users"))
	fmt.Println(errors.Is(err, instrument.ErrDuplicate))
	// Output: true
}

// Health probes that ping every second can be left out.
func ExampleWithFilter() {
	registry := instrument.NewRegistry()
	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(registry),
		instrument.WithFilter(func(_ context.Context, operation string) bool { return operation != "ping" }))
	defer store.Close()

	ctx := context.Background()
	if pinger, ok := kvdb.As[kvdb.Pinger](store); ok {
		_ = pinger.Ping(ctx)
	}
	_ = store.Delete(ctx, []byte("key"))
	printRequests(registry)
	// Output: delete ok 1
}

func ExampleWithErrorClassifier() {
	core, logged := observer.New(zap.InfoLevel)
	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()),
		instrument.WithLogger(zap.New(core)),
		instrument.WithErrorClassifier(func(err error) string {
			if errors.Is(err, kvdb.ErrInvalidArgument) {
				return "bad_key"
			}
			return "" // the package decides
		}, "bad_key"))
	defer store.Close()

	_, _ = store.Get(context.Background(), nil)
	for _, line := range logged.All() {
		fmt.Println(line.Message, line.ContextMap()["error_type"])
	}
	// Output: operation failed bad_key
}

// delayed is a store whose reads take a while.
type delayed struct{ *kvdb.Memory }

func (d delayed) Get(ctx context.Context, key []byte) ([]byte, error) {
	begin := time.Now()
	for time.Since(begin) < time.Millisecond {
	}
	return d.Memory.Get(ctx, key)
}

func ExampleWithOnSlow() {
	core, logged := observer.New(zap.InfoLevel)
	store, _ := instrument.Wrap(delayed{kvdb.NewMemory(nil)}, instrument.WithRegistry(instrument.NewRegistry()),
		instrument.WithLogger(zap.New(core)),
		instrument.WithSlowThreshold(time.Millisecond, "get"),
		instrument.WithOnSlow(func(_ context.Context, slow instrument.SlowOperation) string {
			fmt.Println(slow.Operation, slow.Outcome, slow.Duration >= time.Millisecond)
			return "trace-0001.out" // what was captured
		}))
	defer store.Close()

	_, _ = store.Get(context.Background(), []byte("key"))
	for _, line := range logged.All() {
		fmt.Println(line.Message, line.ContextMap()["evidence"])
	}
	// Output:
	// get miss true
	// operation slow trace-0001.out
}

// A request that makes hundreds of operations stays readable when they are
// events on its own span.
func ExampleWithSpanOptions() {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()),
		instrument.WithTracerProvider(provider),
		instrument.WithSpanOptions(instrument.SpanOptions{ParentEvents: true}))
	defer store.Close()

	ctx, request := provider.Tracer("example").Start(context.Background(), "GET /users")
	_, _ = store.Get(ctx, []byte("user:1"))
	_, _ = store.Get(ctx, []byte("user:2"))
	request.End()
	for _, span := range recorder.Ended() {
		fmt.Println(span.Name())
		for _, event := range span.Events() {
			fmt.Println("-", event.Name)
		}
	}
	// Output:
	// GET /users
	// - get memory
	// - get memory
}

func ExampleWithLogOptions() {
	core, logged := observer.New(zap.InfoLevel)
	store, _ := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()),
		instrument.WithLogger(zap.New(core)),
		instrument.WithLogOptions(instrument.LogOptions{Successes: true, Keys: true, KeyLimit: 6}))
	defer store.Close()

	_ = store.Put(context.Background(), []byte("user:1234"), []byte("Ada"))
	for _, line := range logged.All() {
		fields := line.ContextMap()
		fmt.Println(line.Message, fields["operation"], fields["outcome"], fields["key"], fields["key_len"], fields["value_bytes"])
	}
	// Output: operation succeeded put ok user:1 9 3
}

// A Cache is an interface that knows nothing of kvdb.
type Cache interface {
	Get(ctx context.Context, key string) (string, error)
}

// A recordedCache is a Cache that records the calls of another one.
type recordedCache struct {
	next Cache
	get  *instrument.Operation
}

func (c recordedCache) Get(ctx context.Context, key string) (string, error) {
	call := c.get.Call()
	call.Sent(len(key))
	return instrument.Do(ctx, call, func(ctx context.Context) (string, error) {
		value, err := c.next.Get(ctx, key)
		call.Delivered(len(value))
		return value, err
	})
}

var errNoSession = errors.New("no such session")

type mapCache map[string]string

func (c mapCache) Get(_ context.Context, key string) (string, error) {
	value, found := c[key]
	if !found {
		return "", errNoSession
	}
	return value, nil
}

// A foreign interface is recorded by a decorator. What it returns where there is
// nothing is named once.
func ExampleNewRecorder() {
	registry := instrument.NewRegistry()
	recorder, err := instrument.NewRecorder(kvdb.Info{System: "lru", Namespace: "sessions"},
		[]string{"get", "set"}, instrument.WithRegistry(registry), instrument.WithNotFound(errNoSession))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer recorder.Close()
	var cache Cache = recordedCache{mapCache{"s1": "gopher"}, recorder.Operation("get")}

	for _, id := range []string{"s1", "s2"} {
		value, err := cache.Get(context.Background(), id)
		fmt.Printf("%q %v\n", value, err)
	}
	printRequests(registry)
	// Output:
	// "gopher" <nil>
	// "" no such session
	// get ok 1
	// get miss 1
}

// Most caches in memory have neither a context nor an error.
func ExampleLookup() {
	registry := instrument.NewRegistry()
	recorder, err := instrument.NewRecorder(kvdb.Info{System: "lru"}, []string{"get", "set"}, instrument.WithRegistry(registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer recorder.Close()
	get, set := recorder.Operation("get"), recorder.Operation("set")
	cache := make(map[string]int)

	set.Call().Run(func() { cache["answer"] = 42 })
	for _, key := range []string{"answer", "question"} {
		value, found := instrument.Lookup(get.Call(), func() (int, bool) {
			value, found := cache[key]
			return value, found
		})
		fmt.Println(value, found)
	}
	printRequests(registry)
	// Output:
	// 42 true
	// 0 false
	// get ok 1
	// get miss 1
	// set ok 1
}

// A batch of more than one tells how many items it has.
func ExampleCall_Items() {
	registry := instrument.NewRegistry()
	recorder, err := instrument.NewRecorder(kvdb.Info{System: "lru"}, []string{"BATCH get"}, instrument.WithRegistry(registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer recorder.Close()
	getMany := recorder.Operation("BATCH get")

	call := getMany.Call()
	call.Items(3)
	values, err := instrument.Do(context.Background(), call, func(context.Context) ([]string, error) {
		return []string{"a", "b", "c"}, nil
	})
	fmt.Println(values, err)
	printRequests(registry)
	// Output:
	// [a b c] <nil>
	// BATCH get ok 1
}

// Without a registry, a store reports through the instruments of a
// MeterProvider, where Views apply.
func ExampleWithMeterProvider() {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader),
		sdkmetric.WithView(sdkmetric.NewView(
			sdkmetric.Instrument{Name: "kvdb.requests"},
			sdkmetric.Stream{AttributeFilter: attribute.NewAllowKeysFilter("kvdb.outcome")},
		)))
	defer provider.Shutdown(context.Background())

	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithMeterProvider(provider))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	_ = store.Put(context.Background(), []byte("key"), []byte("value"))
	_ = store.Delete(context.Background(), []byte("key"))

	var collected metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &collected); err != nil {
		fmt.Println(err)
	}
	for _, m := range collected.ScopeMetrics[0].Metrics {
		if requests, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "kvdb.requests" {
			for _, p := range requests.DataPoints {
				if outcome, _ := p.Attributes.Value("kvdb.outcome"); p.Value > 0 {
					fmt.Println(outcome.AsString(), p.Value)
				}
			}
		}
	}
	// Output:
	// ok 2
}

// A server counts its connections with the registry of its stores.
func ExampleCountConnections() {
	registry := instrument.NewRegistry()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	listener, err = instrument.CountConnections(listener, instrument.WithRegistry(registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	if _, err := listener.Accept(); err != nil {
		fmt.Println(err)
		return
	}
	scopes, _ := registry.NewProducer().Produce(context.Background()) // returns no error
	for _, m := range scopes[0].Metrics {
		fmt.Println(m.Name, m.Data.(metricdata.Sum[int64]).DataPoints[0].Value)
	}
	// Output:
	// kvdb.connections 1
}

// A CPU profile of the next second splits by operation: "go tool pprof -tags"
// shows how.
func ExampleProfilerLabels() {
	registry := instrument.NewRegistry()
	store, err := instrument.Wrap(labelPrinter{kvdb.NewMemory(nil)}, instrument.WithRegistry(registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	ctx := context.Background()
	var labels instrument.ProfilerLabels
	labels.Enable()
	_ = store.Put(ctx, []byte("greeting"), []byte("hello"))
	labels.Disable()
	_ = store.Put(ctx, []byte("greeting"), []byte("good bye"))
	// Output:
	// # labels: {"db.namespace":"memory", "db.operation.name":"put", "db.system.name":"memory"}
}

// A labelPrinter prints the labels that a goroutine profile shows while it puts.
type labelPrinter struct{ *kvdb.Memory }

func (p labelPrinter) Put(ctx context.Context, key, value []byte) error {
	var profile strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return err
	}
	for line := range strings.Lines(profile.String()) {
		if strings.HasPrefix(line, "# labels") {
			fmt.Print(line)
		}
	}
	return p.Memory.Put(ctx, key, value)
}

// A program that has timed a call already hands over what it knows.
func ExampleOperation_Record() {
	registry := instrument.NewRegistry()
	recorder, err := instrument.NewRecorder(kvdb.Info{System: "lru"}, []string{"get"}, instrument.WithRegistry(registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer recorder.Close()

	get := recorder.Operation("get")
	get.Record(context.Background(), 20*time.Millisecond, nil)
	get.Record(context.Background(), time.Second, errors.New("no answer"))
	fmt.Printf("%+v\n", recorder.Totals())
	// Output: {Succeeded:1 Canceled:0 Refused:0 Failed:1}
}

// Where names of operations come from outside, declare "other" for those that
// nobody has thought of.
func ExampleRecorder_Operation() {
	registry := instrument.NewRegistry()
	recorder, err := instrument.NewRecorder(kvdb.Info{System: "lru"}, []string{"get", "put", "other"}, instrument.WithRegistry(registry))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer recorder.Close()

	ctx := context.Background()
	for _, command := range []string{"get", "put", "flush", "drop everything"} {
		recorder.Operation(command).Record(ctx, time.Millisecond, nil)
	}
	printRequests(registry)
	// Output:
	// get ok 1
	// put ok 1
	// other ok 2
}
