package everything

import (
	"fmt"
	"strings"
	"sync"

	dto "github.com/prometheus/client_model/go"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A sighting is what a metric looked like on one way out.
type sighting struct {
	unit       string // over OTLP; a page has it in the name alone
	help, kind string
	attributes map[string]map[string]bool // the values of each
}

// Sightings are all metrics that were seen on one way, by the name that they have
// there.
type sightings struct {
	mu       sync.Mutex
	metrics  map[string]*sighting
	happened map[string]map[string]bool // values of attributes of what is not zero
	disagree []string
}

func newSightings() *sightings {
	return &sightings{metrics: make(map[string]*sighting), happened: make(map[string]map[string]bool)}
}

// see takes a metric, of which further sightings have to agree with the first.
func (s *sightings) see(name, unit, help, kind string) *sighting {
	seen := s.metrics[name]
	if seen == nil {
		seen = &sighting{unit, help, kind, make(map[string]map[string]bool)}
		s.metrics[name] = seen
	}
	if seen.unit != unit || seen.help != help || seen.kind != kind {
		s.disagree = append(s.disagree, fmt.Sprintf("%s is a %s in %q, %q, and a %s in %q, %q",
			name, seen.kind, seen.unit, seen.help, kind, unit, help))
	}
	return seen
}

func (s *sightings) point(m *sighting, key, value string, zero bool) {
	note(m.attributes, key, value)
	if !zero {
		note(s.happened, key, value)
	}
}

func note(all map[string]map[string]bool, key, value string) {
	if all[key] == nil {
		all[key] = make(map[string]bool)
	}
	all[key][value] = true
}

func (s *sightings) has(key, value string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.happened[key][value]
}

// page takes what Prometheus scrapes.
func (s *sightings) page(families map[string]*dto.MetricFamily) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, f := range families {
		if strings.HasPrefix(name, "app_") { // the program's own
			continue
		}
		kind := map[dto.MetricType]string{
			dto.MetricType_COUNTER: "counter", dto.MetricType_GAUGE: "gauge",
			dto.MetricType_HISTOGRAM: "histogram", dto.MetricType_SUMMARY: "summary",
		}[f.GetType()]
		m := s.see(name, "", f.GetHelp(), kind)
		for _, series := range f.GetMetric() {
			zero := series.GetCounter().GetValue() == 0 && series.GetGauge().GetValue() == 0 &&
				series.GetHistogram().GetSampleCount() == 0 && series.GetSummary().GetSampleCount() == 0
			for _, label := range series.GetLabel() {
				s.point(m, label.GetName(), label.GetValue(), zero)
			}
		}
	}
}

// export takes what a receiver of OTLP gets.
func (s *sightings) export(all []*metrics.ResourceMetrics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range all {
		for _, scope := range resource.GetScopeMetrics() {
			for _, m := range scope.GetMetrics() {
				if !strings.HasPrefix(m.GetName(), "app.") {
					s.metric(m)
				}
			}
		}
	}
}

func (s *sightings) metric(m *metrics.Metric) {
	see := func(kind catalog.Kind) *sighting {
		return s.see(m.GetName(), m.GetUnit(), m.GetDescription(), kind.String())
	}
	switch data := m.GetData().(type) {
	case *metrics.Metric_Sum:
		kind := catalog.UpDownCounter
		if data.Sum.GetIsMonotonic() {
			kind = catalog.Counter
		}
		numbers(s, see(kind), data.Sum.GetDataPoints())
	case *metrics.Metric_Gauge:
		numbers(s, see(catalog.Gauge), data.Gauge.GetDataPoints())
	case *metrics.Metric_Histogram:
		counted(s, see(catalog.Histogram), data.Histogram.GetDataPoints())
	case *metrics.Metric_ExponentialHistogram:
		counted(s, see(catalog.ExponentialHistogram), data.ExponentialHistogram.GetDataPoints())
	case *metrics.Metric_Summary:
		counted(s, see(catalog.Summary), data.Summary.GetDataPoints())
	}
}

func numbers(s *sightings, m *sighting, points []*metrics.NumberDataPoint) {
	for _, p := range points {
		s.attributes(m, p.GetAttributes(), p.GetAsInt() == 0 && p.GetAsDouble() == 0)
	}
}

func counted[P interface {
	GetAttributes() []*common.KeyValue
	GetCount() uint64
}](s *sightings, m *sighting, points []P) {
	for _, p := range points {
		s.attributes(m, p.GetAttributes(), p.GetCount() == 0)
	}
}

func (s *sightings) attributes(m *sighting, attributes []*common.KeyValue, zero bool) {
	for _, kv := range attributes {
		s.point(m, kv.GetKey(), text(kv.GetValue()), zero)
	}
}

func text(v *common.AnyValue) string {
	switch v := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return v.StringValue
	case *common.AnyValue_IntValue:
		return fmt.Sprint(v.IntValue)
	}
	return ""
}
