package catalog

import (
	"slices"
	"strings"
)

// Words for units, as OpenTelemetry's exporter for Prometheus writes them.
var units = map[string]string{"s": "seconds", "By": "bytes", "%": "percent"}

// PrometheusName returns the name on /metrics: with underscores, the unit unless
// a word of the name says it already, and _total for a counter. A histogram adds
// _bucket, _sum and _count to it, and a summary _sum and _count.
func (m Metric) PrometheusName() string {
	words := strings.FieldsFunc(m.Name, func(r rune) bool { return r == '.' || r == '_' })
	add := func(word string) {
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	add(units[m.Unit])
	switch {
	case m.Kind == Counter:
		add("total")
	case m.Kind == Gauge && m.Unit == "1":
		add("ratio")
	}
	return strings.Join(words, "_")
}

// PrometheusLabel returns the name that an attribute has on /metrics.
func PrometheusLabel(attribute string) string { return strings.ReplaceAll(attribute, ".", "_") }
