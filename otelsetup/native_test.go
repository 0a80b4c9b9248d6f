package otelsetup_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

const (
	durationFamily = "db_client_operation_duration_seconds"
	protobuf       = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
)

// scrapeProtobuf returns what a handler serves as protobuf, by name.
func scrapeProtobuf(t testing.TB, h http.Handler) map[string]*dto.MetricFamily {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", protobuf)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/vnd.google.protobuf") {
		t.Fatalf("status %d, content type %s", w.Code, w.Header().Get("Content-Type"))
	}
	decoder := expfmt.NewDecoder(w.Body, expfmt.ResponseFormat(w.Header()))
	families := make(map[string]*dto.MetricFamily)
	for {
		family := new(dto.MetricFamily)
		if err := decoder.Decode(family); errors.Is(err, io.EOF) {
			return families
		} else if err != nil {
			t.Fatal(err)
		}
		families[family.GetName()] = family
	}
}

// decodeNative returns the counts of a native histogram by the upper edges of
// its buckets, as Prometheus defines them: bucket i ends at 2^(i×2^-schema).
func decodeNative(h *dto.Histogram) map[float64]int64 {
	counts := map[float64]int64{h.GetZeroThreshold(): int64(h.GetZeroCount())}
	deltas, index, count := h.GetPositiveDelta(), 0, int64(0)
	for _, span := range h.GetPositiveSpan() {
		index += int(span.GetOffset())
		for range span.GetLength() {
			count += deltas[0]
			deltas = deltas[1:]
			counts[math.Pow(2, float64(index)*math.Pow(2, -float64(h.GetSchema())))] = count
			index++
		}
	}
	maps.DeleteFunc(counts, func(_ float64, n int64) bool { return n == 0 })
	return counts
}

// checkNative checks that a histogram has both forms and that they agree.
func checkNative(t testing.TB, m *dto.Metric) {
	t.Helper()
	h := m.GetHistogram()
	if h.Schema == nil || h.GetSchema() != 3 || h.GetZeroThreshold() <= 32e-9 || h.GetZeroThreshold() > 33e-9 || h.ZeroCount == nil {
		t.Errorf("no native histogram in %v", m)
	}
	if len(h.GetBucket()) < 15 {
		t.Errorf("no classic buckets in %v", m)
	}
	var n int64
	for edge, count := range decodeNative(h) {
		if count < 0 {
			t.Errorf("%d up to %v in %v", count, edge, m)
		}
		n += count
	}
	if n != int64(h.GetSampleCount()) {
		t.Errorf("%d in native buckets of %v", n, m)
	}
	for _, bucket := range h.GetBucket() {
		if bucket.GetCumulativeCount() > h.GetSampleCount() {
			t.Errorf("the classic bucket %v of %v", bucket, m)
		}
	}
}

// last makes the operations of a store last these durations. It must run in a
// bubble.
func last(t testing.TB, tel *otelsetup.Telemetry, durations ...time.Duration) {
	t.Helper()
	below := testutil.NewFaulty()
	store, err := instrument.Wrap(below, instrument.WithTelemetry(tel), instrument.WithNamespace("orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
	defer span.End()
	for _, d := range durations {
		below.Inject(testutil.Latency(d))
		_, _ = store.Get(ctx, []byte("key"))
	}
	below.Inject(testutil.Errors(kvdb.ErrUnavailable))
	_, _ = store.Get(ctx, []byte("key"))
	_ = store.Put(ctx, []byte("key"), []byte("value"))
}

// bare is a Telemetry whose metrics are the same every time.
func bare(t testing.TB, opts ...otelsetup.Option) *otelsetup.Telemetry {
	t.Helper()
	tel, err := otelsetup.Start(t.Context(), append([]otelsetup.Option{otelsetup.WithLogger(zap.NewNop()), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tel.Shutdown(context.Background()) })
	return tel
}

// random is what differs from start to start: the ids of exemplars, their order,
// and that of the instance.
var random = regexp.MustCompile(`# {[^}]*}|service_instance_id="[^"]*"`)

// What is not protobuf is the same with the option.
func TestNativeHistogramsAreNotInText(t *testing.T) {
	for _, accept := range []string{"text/plain", openMetrics, "application/openmetrics-text;version=0.0.1"} {
		var pages [2][]string
		for i, opts := range [][]otelsetup.Option{nil, {otelsetup.WithNativeHistograms()}} {
			synctest.Test(t, func(t *testing.T) { // each at the same time
				tel := bare(t, opts...)
				last(t, tel, 0, time.Microsecond, 3*time.Millisecond, time.Minute)
				status, body := get(t, tel.MetricsHandler(), accept)
				if status != http.StatusOK || !strings.Contains(body, durationFamily+"_bucket") {
					t.Fatalf("status %d: %s", status, body)
				}
				if exemplar := strings.Contains(body, "trace_id"); exemplar != (accept != "text/plain") {
					t.Errorf("%s: exemplars: %v", accept, exemplar)
				}
				pages[i] = strings.Split(random.ReplaceAllString(body, "random"), "\n")
			})
		}
		if len(pages[0]) != len(pages[1]) {
			t.Errorf("%s: %d lines without the option, %d with it", accept, len(pages[0]), len(pages[1]))
			continue
		}
		for i, without := range pages[0] {
			if with := pages[1][i]; with != without {
				t.Errorf("%s: without the option\n%s\nwith it\n%s", accept, without, with)
			}
		}
	}
}

func TestNativeHistograms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewPedanticRegistry()
		for name, opts := range map[string][]otelsetup.Option{
			"own": nil, "joined": {otelsetup.WithPrometheusRegistry(registry, registry)},
		} {
			tel := bare(t, append(opts, otelsetup.WithNativeHistograms(), otelsetup.WithDurationBounds(0.25))...)
			durations := []time.Duration{0, 32, 40, 1e3, 2e6, 2e6, 250e6, 1e9, 70e9, 2000e9}
			last(t, tel, durations...)
			families := scrapeProtobuf(t, tel.MetricsHandler())
			series := families[durationFamily].GetMetric()
			failed := 0
			for _, m := range series {
				checkNative(t, m)
				if len(m.GetHistogram().GetBucket()) < 16 {
					t.Errorf("%s: the further bound is missing in %v", name, m)
				}
				operation := labelOf(m, "db_operation_name")
				switch {
				case labelOf(m, "error_type") != "":
					failed++
					if m.GetHistogram().GetSampleCount() != 1 {
						t.Errorf("%s: failures: %v", name, m)
					}
				case operation == "get":
					checkDurations(t, m.GetHistogram(), durations)
				case m.GetHistogram().GetSampleCount() != 0:
					t.Errorf("%s: %s did not happen: %v", name, operation, m)
				}
			}
			if len(series) < 10 || failed != 2 {
				t.Errorf("%s: %d series, %d of failures", name, len(series), failed)
			}
			for other, family := range families {
				for _, m := range family.GetMetric() {
					if other != durationFamily && m.GetHistogram().GetSchema() != 0 {
						t.Errorf("%s has a native histogram", other)
					}
				}
				if strings.Contains(other, "exponential") {
					t.Errorf("there is %s", other)
				}
			}
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			if families, err := tel.PrometheusGatherer().Gather(); len(families) > 0 || err != nil {
				t.Errorf("%s: after Shutdown there are %v, %v", name, families, err)
			}
		}
	})
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// checkDurations wants each duration in its bucket or in the next.
func checkDurations(t *testing.T, h *dto.Histogram, durations []time.Duration) {
	t.Helper()
	counts := decodeNative(h)
	for _, d := range durations {
		seconds, found := min(d, 1000*time.Second).Seconds(), false
		for edge, n := range counts {
			low := edge / math.Pow(2, 1.0/8)
			if edge == h.GetZeroThreshold() {
				low = 0
			}
			if n > 0 && seconds > low/1.0906 && seconds <= edge*1.0906 || n > 0 && low == 0 && seconds == 0 {
				counts[edge]--
				found = true
				break
			}
		}
		if !found {
			t.Errorf("%v is not in %v", d, decodeNative(h))
		}
	}
	exemplars := 0
	for _, bucket := range h.GetBucket() {
		if bucket.GetExemplar() != nil {
			exemplars++
		}
	}
	if exemplars == 0 {
		t.Errorf("no exemplars in %v", h)
	}
}

// By default there are none, and other readers never see them.
func TestNativeHistogramsByOption(t *testing.T) {
	for _, m := range scrapeProtobuf(t, servedWith(t, nil))[durationFamily].GetMetric() {
		if h := m.GetHistogram(); h.Schema != nil || h.ZeroThreshold != nil || h.PositiveSpan != nil {
			t.Errorf("without the option there is %v", m)
		}
	}
	var readers []*sdkmetric.ManualReader
	reader := func(temporality sdkmetric.TemporalitySelector) otelsetup.Option {
		return otelsetup.WithReader(temporality, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
			r := sdkmetric.NewManualReader(sdkmetric.WithProducer(p), sdkmetric.WithTemporalitySelector(temporality))
			readers = append(readers, r)
			return r, nil
		})
	}
	for _, m := range scrapeProtobuf(t, servedWith(t, []otelsetup.Option{
		otelsetup.WithNativeHistograms(), reader(sdkmetric.CumulativeTemporalitySelector), reader(sdkmetric.DeltaTemporalitySelector),
	}))[durationFamily].GetMetric() {
		checkNative(t, m)
	}
	for _, r := range readers {
		var got metricdata.ResourceMetrics
		if err := r.Collect(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		durations := 0
		for _, scope := range got.ScopeMetrics {
			for _, m := range scope.Metrics {
				switch m.Data.(type) {
				case metricdata.ExponentialHistogram[float64]:
					t.Errorf("a reader gets %s", m.Name)
				case metricdata.Histogram[float64]:
					if m.Name == "db.client.operation.duration" {
						durations++
					}
				}
			}
		}
		if durations != 1 {
			t.Errorf("%d durations", durations)
		}
	}
}

func servedWith(t *testing.T, opts []otelsetup.Option) http.Handler {
	t.Helper()
	tel := start(t, opts...)
	use(t, tel, "orders")
	return tel.MetricsHandler()
}

// The program may have the metric from another instrumentation: both are there, and
// ours has the native histograms.
func TestNativeHistogramsBesideTheProgramsOwn(t *testing.T) {
	tel := start(t, otelsetup.WithNativeHistograms())
	use(t, tel, "orders")
	histogram, err := tel.MeterProvider().Meter("client").Float64Histogram("db.client.operation.duration",
		metric.WithUnit("s"), metric.WithDescription("Duration of database client operations."))
	if err != nil {
		t.Fatal(err)
	}
	histogram.Record(t.Context(), 0.25)
	histogram.Record(t.Context(), 0.25, metric.WithAttributes(attribute.String("db.system.name", "memory"), // as the store has it
		attribute.String("db.namespace", "orders"), attribute.String("db.operation.name", "delete")))
	ours, theirs := 0, 0
	for _, m := range scrapeProtobuf(t, tel.MetricsHandler())[durationFamily].GetMetric() {
		if labelOf(m, "otel_scope_name") != "client" {
			checkNative(t, m)
			ours++
			continue
		}
		theirs++
		if m.GetHistogram().Schema != nil || m.GetHistogram().GetSampleCount() != 1 {
			t.Errorf("the program's own: %v", m)
		}
	}
	if theirs != 2 || ours == 0 {
		t.Errorf("%d series of the program's own and %d of the store's", theirs, ours)
	}
}

func TestNativeHistogramsUnderTraffic(t *testing.T) {
	tel := start(t, otelsetup.WithNativeHistograms())
	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel))
	if err != nil {
		t.Fatal(err)
	}
	const workers, rounds = 3, 2000
	var traffic, scrapes sync.WaitGroup
	for range workers {
		traffic.Go(func() {
			for n := range rounds {
				_ = store.Put(t.Context(), []byte(strconv.Itoa(n)), []byte("value"))
				_, _ = store.Get(t.Context(), nil) // which is invalid
			}
		})
	}
	stop := make(chan struct{})
	for range 2 {
		scrapes.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				families, err := tel.PrometheusGatherer().Gather()
				if err != nil {
					t.Error(err)
				}
				for _, family := range families {
					if family.GetName() == durationFamily {
						for _, m := range family.GetMetric() {
							checkNative(t, m)
						}
					}
				}
			}
		})
	}
	traffic.Wait()
	close(stop)
	scrapes.Wait()

	// A store that is closed says so once.
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	var n uint64
	for _, m := range scrapeProtobuf(t, tel.MetricsHandler())[durationFamily].GetMetric() {
		checkNative(t, m)
		n += m.GetHistogram().GetSampleCount()
	}
	if n != 2*workers*rounds {
		t.Errorf("%d operations at last, want %d", n, 2*workers*rounds)
	}
	if family := scrapeProtobuf(t, tel.MetricsHandler())[durationFamily]; family != nil {
		t.Errorf("after that there is %v", family)
	}
}

func BenchmarkScrape(b *testing.B) {
	for _, option := range []struct {
		name string
		opts []otelsetup.Option
	}{{"classic", nil}, {"native", []otelsetup.Option{otelsetup.WithNativeHistograms()}}} {
		tel := bare(b, option.opts...)
		for store := range 10 {
			w, err := instrument.Wrap(testutil.NewFaulty(), instrument.WithTelemetry(tel), instrument.WithNamespace(strconv.Itoa(store)))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { w.Close() })
			for range 2000 {
				_, _ = w.Get(b.Context(), []byte("key"))
				_ = w.Put(b.Context(), []byte("key"), []byte("value"))
			}
		}
		for format, accept := range map[string]string{"text": openMetrics, "protobuf": protobuf} {
			b.Run(option.name+"/"+format, func(b *testing.B) {
				h := tel.MetricsHandler()
				size := 0
				for b.Loop() {
					status, body := get(b, h, accept)
					if status != http.StatusOK {
						b.Fatal(status)
					}
					size = len(body)
				}
				b.ReportMetric(float64(size), "B/page")
			})
		}
	}
}
