package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// alone runs the rest of a test in a process of its own, because the global
// provider can be set once. It returns false in the parent.
func alone(t *testing.T) bool {
	if os.Getenv("OTELKV_TEST_ALONE") == t.Name() {
		return true
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), "OTELKV_TEST_ALONE="+t.Name())
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// A global provider that is set after Wrap shows what was counted before, zeroes
// too, and connections.
func TestGlobalMeterProviderSetLater(t *testing.T) {
	if !alone(t) {
		return
	}
	w := wrap(t, busy())
	bare, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := instrument.CountConnections(bare)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = w.Put(t.Context(), []byte("key"), nil)

	reader := newMeterReader()
	otel.SetMeterProvider(reader.provider)
	collected := reader.collect(t)
	for _, want := range []struct {
		name, operation string
		series, value   float64
	}{
		{"kvdb.requests", "get", 4, 0},
		{"kvdb.requests", "put", 4, 1},
		{"kvdb.errors", "get", 7, 0},
		{"kvdb.bytes.written", "put", 1, 3},
		{"kvdb.batch.items", "BATCH put", 1, 0},
	} {
		found := collected.Find(want.name, "db.operation.name", want.operation)
		sum := collected.Sum(want.name, "db.operation.name", want.operation)
		if float64(len(found)) != want.series || sum != want.value {
			t.Errorf("%s of %s: %v in %d series, want %v in %v", want.name, want.operation, sum, len(found), want.value, want.series)
		}
	}
	if n := collected.Find("kvdb.in_flight"); len(n) != 1 || n[0].Value != 0 {
		t.Errorf("in flight: %v, want 0", n)
	}
	if n := collected.Find("kvdb.connections"); len(n) != 1 || n[0].Value != 1 {
		t.Errorf("connections: %v, want 1", n)
	}

	// Who comes now reports to the same place.
	for name, options := range map[string][]instrument.Option{
		"global": nil, "named": {instrument.WithMeterProvider(reader.provider)},
	} {
		if _, err := instrument.Wrap(busy(), options...); !errors.Is(err, instrument.ErrDuplicate) {
			t.Errorf("%s: the error is %v, want ErrDuplicate", name, err)
		}
	}
}

// A provider has one store of a system and namespace at a time, as a registry
// does.
func TestMeterProviderDuplicate(t *testing.T) {
	reader := newMeterReader()
	to := instrument.WithMeterProvider(reader.provider)
	first := wrap(t, kvdb.NewMemory(nil), to)
	if _, err := instrument.Wrap(kvdb.NewMemory(nil), to, instrument.WithSizes()); !errors.Is(err, instrument.ErrDuplicate) {
		t.Errorf("a second store: the error is %v, want ErrDuplicate", err)
	}
	wrap(t, kvdb.NewMemory(nil), to, instrument.WithNamespace("other"))
	wrap(t, kvdb.NewMemory(nil), instrument.WithMeterProvider(newMeterReader().provider))
	for range 2 { // which report to nowhere
		wrap(t, kvdb.NewMemory(nil), instrument.WithMeterProvider(noop.NewMeterProvider()))
	}
	_, _ = first.Get(t.Context(), []byte("key"))
	_ = first.Close()
	again := wrap(t, kvdb.NewMemory(nil), to)
	_, _ = again.Get(t.Context(), []byte("key"))
	collected := reader.collect(t)
	for _, name := range []string{"kvdb.requests", "db.client.operation.duration_count"} {
		if n := collected.Sum(name, "db.namespace", "memory"); n != 2 {
			t.Errorf("%s of both is %v, want 2", name, n)
		}
	}
}

// Only histograms are recorded; all else is observed.
func TestMeterProviderInstruments(t *testing.T) {
	made := make(map[string]sdkmetric.InstrumentKind)
	var mu sync.Mutex
	reader := sdkmetric.NewManualReader()
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithView(func(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
		mu.Lock()
		defer mu.Unlock()
		made[i.Name] = i.Kind
		return sdkmetric.Stream{}, false
	}))
	w := wrap(t, busy(), instrument.WithMeterProvider(mp), instrument.WithSizes())
	_ = w.Put(t.Context(), []byte("key"), nil)
	mu.Lock()
	defer mu.Unlock()
	if len(made) < 15 {
		t.Errorf("%d instruments", len(made))
	}
	for name, kind := range made {
		switch kind {
		case sdkmetric.InstrumentKindCounter, sdkmetric.InstrumentKindUpDownCounter, sdkmetric.InstrumentKindGauge:
			t.Errorf("%s is a %v", name, kind)
		}
	}
}

// A reader of deltas is told everything once, also by a store that comes and goes.
func TestMeterProviderDeltas(t *testing.T) {
	reader := sdkmetric.NewManualReader(sdkmetric.WithTemporalitySelector(deltaTemporality))
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	r := &meterReader{reader, mp}
	var told, recorded float64
	for i := range 100 {
		w := wrap(t, kvdb.NewMemory(nil), instrument.WithMeterProvider(mp))
		for range i % 7 {
			_, _ = w.Get(t.Context(), []byte("key"))
			recorded++
		}
		if i%3 == 0 {
			told += r.collect(t).Sum("kvdb.requests")
		}
		_ = w.Close()
	}
	for range 2 {
		told += r.collect(t).Sum("kvdb.requests")
	}
	if told != recorded {
		t.Errorf("told of %v requests, want %v", told, recorded)
	}
}

// Closed stores stay for five minutes; at most 64 do.
func TestMeterProviderForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := newMeterReader()
		to := instrument.WithMeterProvider(reader.provider)
		open := wrap(t, kvdb.NewMemory(nil), to, instrument.WithNamespace("open"))
		for i := range 100 {
			w := wrap(t, busy(), to, instrument.WithNamespace(fmt.Sprint(i)))
			_, _ = w.Get(t.Context(), []byte("key"))
			_ = w.Close()
		}
		collected := reader.collect(t)
		if n := collected.Sum("kvdb.requests"); n != 64 {
			t.Errorf("%v requests, want those of 64 stores", n)
		}
		if n := collected.Sum("kvdb.farewells.lost"); n != 36 {
			t.Errorf("%v farewells lost, want 36", n)
		}
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		collected = reader.collect(t)
		for _, s := range collected.Find("kvdb.requests") {
			if s.Attributes["db.namespace"] != "open" {
				t.Errorf("there is %v", s)
			}
		}
		if n := collected.Sum("kvdb.farewells.lost"); n != 36 {
			t.Errorf("%v farewells lost, want 36", n)
		}
		_ = open.Close()
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		for _, s := range reader.collect(t) {
			if s.Name == "kvdb.requests" || s.Name == "kvdb.farewells.lost" {
				t.Errorf("when nobody reports there is %v", s)
			}
		}
	})
}

// Two engines that disagree about a statistic do not make two metrics of it.
func TestMeterProviderEnginesDisagree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := newMeterReader()
		for i, stat := range []testutil.Stat{
			testutil.Gauge("kvdb.engine.size", "By", "Size", 1),
			testutil.Gauge("kvdb.engine.size", "By", "What it takes", 2),
			testutil.Gauge("kvdb.engine.size", "{page}", "Size", 4),
			testutil.Counter("kvdb.engine.size", "By", "Size", 8),
		} {
			below := testutil.NewFaulty()
			below.Report(stat)
			w, err := instrument.Wrap(below, instrument.WithMeterProvider(reader.provider), instrument.WithNamespace(fmt.Sprint(i)))
			if disagrees := i > 1; (err != nil) != disagrees {
				t.Errorf("Wrap with %+v: %v", stat, err)
			}
			if err == nil {
				defer w.Close()
			}
			synctest.Wait()
		}
		collected := reader.collect(t)
		if n := collected.Sum("kvdb.engine.size"); n != 3 || len(collected.Find("kvdb.engine.size")) != 2 {
			t.Errorf("there is %v, want 1 and 2", collected.Find("kvdb.engine.size"))
		}
	})
}

// A provider that refuses an instrument is an error of Wrap, and the name stays
// free.
func TestMeterProviderRefuses(t *testing.T) {
	reader := newMeterReader()
	mp := &refusing{MeterProvider: reader.provider}
	for _, name := range []string{"kvdb.requests", "db.client.operation.duration", "callback"} {
		mp.refused = name
		if _, err := instrument.Wrap(busy(), instrument.WithMeterProvider(mp)); !errors.Is(err, errRefused) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	mp.refused = ""
	w := wrap(t, busy(), instrument.WithMeterProvider(mp))
	_, _ = w.Get(t.Context(), []byte("key"))
	if n := reader.collect(t).Sum("kvdb.requests"); n != 1 {
		t.Errorf("%v requests, want 1", n)
	}
}

var errRefused = errors.New("refused")

type refusing struct {
	metric.MeterProvider
	refused string
}

func (p *refusing) Meter(name string, options ...metric.MeterOption) metric.Meter {
	return &refusingMeter{p.MeterProvider.Meter(name, options...), p}
}

type refusingMeter struct {
	metric.Meter
	provider *refusing
}

func (m *refusingMeter) refuse(name string) error {
	if name == m.provider.refused {
		return errRefused
	}
	return nil
}

func (m *refusingMeter) Int64ObservableCounter(
	name string, options ...metric.Int64ObservableCounterOption,
) (metric.Int64ObservableCounter, error) {
	c, err := m.Meter.Int64ObservableCounter(name, options...)
	return c, errors.Join(err, m.refuse(name))
}

func (m *refusingMeter) Float64Histogram(
	name string, options ...metric.Float64HistogramOption,
) (metric.Float64Histogram, error) {
	h, err := m.Meter.Float64Histogram(name, options...)
	return h, errors.Join(err, m.refuse(name))
}

func (m *refusingMeter) RegisterCallback(f metric.Callback, of ...metric.Observable) (metric.Registration, error) {
	r, err := m.Meter.RegisterCallback(f, of...)
	return r, errors.Join(err, m.refuse("callback"))
}

// Stores come and go beside readers: nobody waits for ever.
func TestMeterProviderConcurrently(t *testing.T) {
	for name, c := range map[string]struct{ names, told int }{"few": {3, 80}, "many": {20, 64}} {
		t.Run(name, func(t *testing.T) { testConcurrently(t, c.names, float64(c.told)) })
	}
}

func testConcurrently(t *testing.T, names int, told float64) {
	readers := []*sdkmetric.ManualReader{sdkmetric.NewManualReader(), sdkmetric.NewManualReader()}
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(readers[0]), sdkmetric.WithReader(readers[1]))
	opened := make(chan struct{}, len(readers))
	var collecting, opening sync.WaitGroup
	for _, r := range readers {
		collecting.Go(func() {
			for range opened {
				var rm metricdata.ResourceMetrics
				if err := r.Collect(context.Background(), &rm); err != nil {
					t.Error(err)
				}
			}
		})
	}
	const goroutines, times = 4, 20
	pace := 1
	if testing.Short() {
		pace = 4
	}
	for g := range goroutines {
		opening.Go(func() {
			for i := range times {
				w, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithMeterProvider(mp), instrument.WithNamespace(fmt.Sprint(g, i%names)))
				if err != nil {
					t.Error(err)
					return
				}
				if i%pace == 0 {
					select {
					case opened <- struct{}{}:
					default:
					}
				}
				_, _ = w.Get(t.Context(), []byte("key"))
				_ = w.Close()
			}
		})
	}
	opening.Wait()
	close(opened)
	collecting.Wait()
	var rm metricdata.ResourceMetrics
	if err := readers[0].Collect(t.Context(), &rm); err != nil {
		t.Fatal(err)
	}
	collected := testutil.Flatten(rm.ScopeMetrics)
	if n := collected.Sum("kvdb.requests"); n != told {
		t.Errorf("%v requests, want %v", n, told)
	}
	if n := collected.Sum("db.client.operation.duration_count"); n != goroutines*times {
		t.Errorf("%v durations, want %d", n, goroutines*times)
	}
}
