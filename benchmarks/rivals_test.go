package benchmarks_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// refusing is a bare store whose writes fail.
type refusing struct{ *benchmarks.Bare }

func (refusing) Put(context.Context, []byte, []byte) error {
	return &kvdb.Error{Op: "put", Kind: kvdb.ErrUnavailable}
}

func newRefusing() kvdb.Store { return refusing{newBare()} }

func newBare() *benchmarks.Bare {
	return benchmarks.NewBare(map[string][]byte{"key": []byte("value")})
}

// drive makes three gets, one of them a miss, a put and a delete.
func drive(t *testing.T, ctx context.Context, s kvdb.Store) {
	t.Helper()
	for _, key := range []string{"key", "key", "absent"} {
		if _, err := s.Get(ctx, []byte(key)); err != nil && err != kvdb.ErrNotFound {
			t.Fatal(err)
		}
	}
	_ = s.Put(ctx, []byte("key"), []byte("value"))
	if err := s.Delete(ctx, []byte("key")); err != nil {
		t.Fatal(err)
	}
}

func meterProvider(t *testing.T, reg prometheus.Registerer) *sdkmetric.MeterProvider {
	t.Helper()
	exporter, err := otelprom.New(otelprom.WithRegisterer(reg), otelprom.WithoutScopeInfo(), otelprom.WithoutTargetInfo())
	if err != nil {
		t.Fatal(err)
	}
	return sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))
}

func TestRivalsCount(t *testing.T) {
	otel := map[string]float64{
		"db_client_operation_duration_seconds get": 3, "db_client_operation_duration_seconds put": 1, "db_client_operation_duration_seconds delete": 1,
		"kv_requests_total get": 3, "kv_requests_total put": 1, "kv_requests_total delete": 1,
		"kv_errors_total put": 1,
	}
	tests := []struct {
		name string
		make func(reg prometheus.Registerer, below kvdb.Store) (kvdb.Store, error)
		want map[string]float64
	}{
		{
			name: "client_golang",
			make: func(reg prometheus.Registerer, below kvdb.Store) (kvdb.Store, error) {
				return benchmarks.NewClientGolang(below, reg)
			},
			want: map[string]float64{
				"kv_requests_total get": 3, "kv_requests_total put": 1, "kv_requests_total delete": 1,
				"kv_errors_total get": 0, "kv_errors_total put": 1, "kv_errors_total delete": 0,
				"kv_request_duration_seconds get": 3, "kv_request_duration_seconds put": 1, "kv_request_duration_seconds delete": 1,
			},
		},
		{
			name: "client_golang_equal",
			make: func(reg prometheus.Registerer, below kvdb.Store) (kvdb.Store, error) {
				return benchmarks.NewClientGolangEqual(below, reg)
			},
			want: map[string]float64{
				"kv_operation_duration_seconds get": 3, "kv_operation_duration_seconds put": 0, "kv_operation_duration_seconds unavailable put": 1, "kv_operation_duration_seconds delete": 1,
				"kv_request_latency_seconds get": 3, "kv_request_latency_seconds put": 1, "kv_request_latency_seconds delete": 1,
				"kv_request_latency_quantiles_seconds get": 3, "kv_request_latency_quantiles_seconds put": 1, "kv_request_latency_quantiles_seconds delete": 1,
				"kv_requests_total get ok": 2, "kv_requests_total get miss": 1, "kv_requests_total get canceled": 0, "kv_requests_total get error": 0,
				"kv_requests_total put ok": 0, "kv_requests_total put miss": 0, "kv_requests_total put canceled": 0, "kv_requests_total put error": 1,
				"kv_requests_total delete ok": 1, "kv_requests_total delete miss": 0, "kv_requests_total delete canceled": 0, "kv_requests_total delete error": 0,
				"kv_errors_total unavailable put": 1,
				// Twice key and value came back; what went out are two keys of 3
				// bytes and one of 6, key and value, and a key.
				"kv_bytes_read_total get": 16, "kv_bytes_read_total put": 0, "kv_bytes_read_total delete": 0,
				"kv_bytes_written_total get": 12, "kv_bytes_written_total put": 8, "kv_bytes_written_total delete": 3,
				"kv_in_flight": 0,
			},
		},
		{
			name: "otel_prebuilt",
			make: func(reg prometheus.Registerer, below kvdb.Store) (kvdb.Store, error) {
				return benchmarks.NewOTelPrebuilt(below, meterProvider(t, reg))
			},
			want: otel,
		},
		{
			name: "otel_naive",
			make: func(reg prometheus.Registerer, below kvdb.Store) (kvdb.Store, error) {
				return benchmarks.NewOTelNaive(below, meterProvider(t, reg), benchmarks.NewTracerProvider())
			},
			want: otel,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			reg := prometheus.NewRegistry()
			s, err := tt.make(reg, newRefusing())
			if err != nil {
				t.Fatal(err)
			}
			drive(t, t.Context(), s)
			if got := counts(t, reg); !maps.Equal(got, tt.want) {
				t.Errorf("counted %v\nwant    %v", got, tt.want)
			}
		})
	}
}

// counts returns the value of every counter and gauge and the number of
// observations of every histogram and summary, by name and label values.
func counts(t *testing.T, reg prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var value float64
			switch f.GetType() {
			case dto.MetricType_COUNTER:
				value = m.GetCounter().GetValue()
			case dto.MetricType_GAUGE:
				value = m.GetGauge().GetValue()
			case dto.MetricType_HISTOGRAM:
				value = float64(m.GetHistogram().GetSampleCount())
			case dto.MetricType_SUMMARY:
				value = float64(m.GetSummary().GetSampleCount())
			}
			name := []string{f.GetName()}
			for _, l := range m.GetLabel() {
				// The database is the same everywhere.
				if l.GetValue() != "" && l.GetName() != "db_system_name" && l.GetName() != "db_namespace" {
					name = append(name, l.GetValue())
				}
			}
			got[strings.Join(name, " ")] = value
		}
	}
	return got
}

func TestConstructorsReturnErrors(t *testing.T) {
	for name, decorate := range map[string]func(prometheus.Registerer) error{
		"client_golang": func(reg prometheus.Registerer) error {
			_, err := benchmarks.NewClientGolang(newRefusing(), reg)
			return err
		},
		"client_golang_equal": func(reg prometheus.Registerer) error {
			_, err := benchmarks.NewClientGolangEqual(newRefusing(), reg)
			return err
		},
	} {
		reg := prometheus.NewRegistry()
		if err := decorate(reg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := decorate(reg); err == nil {
			t.Errorf("%s: no error on a registry that has the metrics already", name)
		}
	}
}

func TestOTelNaiveMakesSpans(t *testing.T) {
	spans := record(t, func(tp trace.TracerProvider) kvdb.Store {
		s, err := benchmarks.NewOTelNaive(newRefusing(), sdkmetric.NewMeterProvider(), tp)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
	want := []string{"get", "get", "get", "put", "delete"}
	if got := names(spans); !slices.Equal(got, want) {
		t.Errorf("spans %q; want %q", got, want)
	}
}

// The row sampled_span is right only if both sides make the same spans.
func TestBareSpanMatchesInstrument(t *testing.T) {
	bare := record(t, func(tp trace.TracerProvider) kvdb.Store { return benchmarks.NewBareSpan(newBare(), tp) })
	ours := record(t, func(tp trace.TracerProvider) kvdb.Store {
		s, err := instrument.Wrap(newBare(), instrument.WithRegistry(instrument.NewRegistry()), instrument.WithTracerProvider(tp))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
	if len(bare) != len(ours) || len(ours) == 0 {
		t.Fatalf("%d spans and %d", len(bare), len(ours))
	}
	for i := range ours {
		if bare[i].Name() != ours[i].Name() || bare[i].SpanKind() != ours[i].SpanKind() ||
			!slices.Equal(bare[i].Attributes(), ours[i].Attributes()) {
			t.Errorf("bare: %q %v %v\nours: %q %v %v", bare[i].Name(), bare[i].SpanKind(), bare[i].Attributes(),
				ours[i].Name(), ours[i].SpanKind(), ours[i].Attributes())
		}
	}
}

// record returns the spans of a drive under a sampled parent, the parent's not
// among them.
func record(t *testing.T, decorate func(trace.TracerProvider) kvdb.Store) []sdktrace.ReadOnlySpan {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())))
	ctx, end := benchmarks.SampledParent(t.Context())
	defer end()
	drive(t, ctx, decorate(tp))
	return recorder.Ended()
}

func names(spans []sdktrace.ReadOnlySpan) []string {
	var names []string
	for _, s := range spans {
		names = append(names, s.Name())
	}
	return names
}
