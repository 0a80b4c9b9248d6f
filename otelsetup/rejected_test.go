package otelsetup_test

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/otelsetup"
)

// rejected are metrics of a program that Prometheus refuses a page over, each with
// a good series beside the bad one.
var rejected = map[string]prometheus.Gatherer{
	"le": families(&dto.MetricFamily{Name: new("bad_le"), Type: dto.MetricType_HISTOGRAM.Enum(), Metric: []*dto.Metric{
		{Histogram: &dto.Histogram{SampleCount: new(uint64(1)), Bucket: []*dto.Bucket{{UpperBound: new(1.0), CumulativeCount: new(uint64(1))}}}},
		{Label: label("le", "1"), Histogram: &dto.Histogram{SampleCount: new(uint64(1)), Bucket: []*dto.Bucket{{UpperBound: new(1.0), CumulativeCount: new(uint64(1))}}}},
	}}),
	"quantile": families(&dto.MetricFamily{Name: new("bad_quantile"), Type: dto.MetricType_SUMMARY.Enum(), Metric: []*dto.Metric{
		{Summary: &dto.Summary{SampleCount: new(uint64(1)), Quantile: []*dto.Quantile{{Quantile: new(0.5), Value: new(1.0)}}}},
		{Label: label("quantile", "1"), Summary: &dto.Summary{SampleCount: new(uint64(1)), Quantile: []*dto.Quantile{{Quantile: new(0.5), Value: new(1.0)}}}},
	}}),
	"twice":                  families(gaugeFamily("bad_twice", nil, append(label("a", "1"), label("a", "2")...))),
	"twice once it is plain": families(gaugeFamily("bad_escaped", nil, append(label("a.b", "1"), label("a_b", "2")...))),
	"no UTF-8":               families(gaugeFamily("bad_text", nil, label("a", "\xff"))),
	"no name":                families(gaugeFamily("bad_nameless", nil, label("", "1"))),
	"a colon":                families(gaugeFamily("bad_colon", nil, label("a:b", "1"))),
	"another series": gathererFunc(func() ([]*dto.MetricFamily, error) {
		return []*dto.MetricFamily{gaugeFamily("bad_duplicate", nil), gaugeFamily("bad_duplicate", nil)}, nil
	}),
}

func families(f ...*dto.MetricFamily) prometheus.Gatherer {
	return gathererFunc(func() ([]*dto.MetricFamily, error) { return f, nil })
}

func label(name, value string) []*dto.LabelPair {
	return []*dto.LabelPair{{Name: &name, Value: &value}}
}

func gaugeFamily(name string, series ...[]*dto.LabelPair) *dto.MetricFamily {
	f := &dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum()}
	for _, labels := range series {
		f.Metric = append(f.Metric, &dto.Metric{Label: labels, Gauge: &dto.Gauge{Value: new(1.0)}})
	}
	return f
}

// A program's own histogram with an attribute that is Prometheus' own label costs
// that series, and one line names the metric.
func TestRejectedAttribute(t *testing.T) {
	log, lines := recordingLogger()
	tel := start(t, otelsetup.WithLogger(log))
	histogram, err := tel.MeterProvider().Meter("program").Float64Histogram("payments", metric.WithUnit("s"))
	if err != nil {
		t.Fatal(err)
	}
	histogram.Record(t.Context(), 1)
	histogram.Record(t.Context(), 1, metric.WithAttributes(attribute.String("le", "gold")))
	h := tel.MetricsHandler()
	for range 3 {
		for _, accept := range []string{"text/plain", openMetrics} {
			if _, body := get(t, h, accept); strings.Contains(body, "gold") || !strings.Contains(body, "payments_seconds_count 1") {
				t.Errorf("%s: the page has the label, or not the rest of the metric", accept)
			}
		}
	}
	got := said(t, tel, lines)
	if len(got) != 1 || !strings.Contains(fmt.Sprint(got[0].ContextMap()), "payments") {
		t.Errorf("lines %v", got)
	}
	if n := sum(pageOf(t, h)["kvdb_scrape_dropped_total"], "error_type", "invalid"); n != 6 {
		t.Errorf("%v series counted, want 6", n)
	}
}

// An attribute of the resource that cannot be a label costs itself.
func TestRejectedResource(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "___=x,__name__=x,le=1,team=a")
	log, lines := recordingLogger()
	tel := start(t, otelsetup.WithLogger(log))
	_, body := get(t, tel.MetricsHandler(), "text/plain")
	if !strings.Contains(body, `,team="a",`) || strings.Contains(body, `="x"`) {
		t.Errorf("the target is not there as it should be: %s", body)
	}
	if got := said(t, tel, lines); len(got) != 1 || !strings.Contains(fmt.Sprint(got[0].ContextMap()), "target_info") {
		t.Errorf("lines %v", got)
	}
}

// A Prometheus that people run takes every page, however bad a metric of the
// program's is: one of its own instruments, of a joined registry or of an extra
// gatherer.
func TestPrometheusTakesEveryPage(t *testing.T) {
	bad := slices.Sorted(maps.Keys(rejected))
	for _, joined := range []bool{false, true} {
		t.Run(fmt.Sprintf("joined %v", joined), func(t *testing.T) {
			var extras []prometheus.Gatherer
			for _, name := range bad {
				extras = append(extras, rejected[name])
			}
			var opts []otelsetup.Option
			if joined {
				registry := prometheus.NewRegistry()
				opts = append(opts, otelsetup.WithPrometheusRegistry(registry, append(prometheus.Gatherers{registry}, extras...)))
				extras = nil
			}
			tel := start(t, opts...)
			use(t, tel, "orders")
			histogram, err := tel.MeterProvider().Meter("program").Float64Histogram("payments")
			if err != nil {
				t.Fatal(err)
			}
			histogram.Record(t.Context(), 1, metric.WithAttributes(attribute.String("le", "gold")))
			page := httptest.NewServer(tel.MetricsHandler(extras...))
			defer page.Close()
			server := startPrometheus(t, page.Listener.Addr().String())
			deadline := time.After(30 * time.Second)
			for {
				up := query(t, server, `up == 1 and on() kvdb_requests_total{db_operation_name="put",kvdb_outcome="ok"} == 1`)
				if len(up) == 1 {
					break
				}
				select {
				case <-deadline:
					t.Fatalf("Prometheus refuses the page: up is %v", query(t, server, "up"))
				case <-time.After(50 * time.Millisecond):
				}
			}
			for _, good := range []string{"bad_le_count", "bad_quantile_count", "bad_twice", "bad_text", "bad_colon"} {
				if v := query(t, server, good); len(v) != 1 || v[0] != 1 {
					t.Errorf("%s is %v: the good series is missing", good, v)
				}
			}
		})
	}
}
