package catalog_test

import (
	"regexp"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestPrometheusNameOfAny(t *testing.T) {
	for name, tc := range map[string]struct {
		metric catalog.Metric
		want   string
	}{
		"nothing":                     {catalog.Metric{}, ""},
		"a counter":                   {catalog.Metric{Name: "a.b", Unit: "{x}", Kind: catalog.Counter}, "a_b_total"},
		"a counter of seconds":        {catalog.Metric{Name: "a.b", Unit: "s", Kind: catalog.Counter}, "a_b_seconds_total"},
		"a counter that says so":      {catalog.Metric{Name: "a.total", Kind: catalog.Counter}, "a_total"},
		"a total that is no counter":  {catalog.Metric{Name: "a.total", Kind: catalog.Gauge}, "a_total"},
		"a unit that the name says":   {catalog.Metric{Name: "a.bytes.read", Unit: "By", Kind: catalog.Counter}, "a_bytes_read_total"},
		"a part of a word":            {catalog.Metric{Name: "a.kilobytes", Unit: "By", Kind: catalog.Gauge}, "a_kilobytes_bytes"},
		"a name of Prometheus":        {catalog.Metric{Name: "a_seconds_total", Unit: "s", Kind: catalog.Counter}, "a_seconds_total"},
		"per cent":                    {catalog.Metric{Name: "a.b", Unit: "%", Kind: catalog.UpDownCounter}, "a_b_percent"},
		"a share":                     {catalog.Metric{Name: "a.b", Unit: "1", Kind: catalog.Gauge}, "a_b_ratio"},
		"a share that says so":        {catalog.Metric{Name: "a.ratio", Unit: "1", Kind: catalog.Gauge}, "a_ratio"},
		"a number, which adds up":     {catalog.Metric{Name: "a.b", Unit: "1", Kind: catalog.UpDownCounter}, "a_b"},
		"a state":                     {catalog.Metric{Name: "a.b", Kind: catalog.Gauge}, "a_b"},
		"a histogram":                 {catalog.Metric{Name: "a.b", Unit: "s", Kind: catalog.Histogram}, "a_b_seconds"},
		"a summary":                   {catalog.Metric{Name: "a.b", Unit: "s", Kind: catalog.Summary}, "a_b_seconds"},
		"things in braces":            {catalog.Metric{Name: "a.b", Unit: "{line}", Kind: catalog.Gauge}, "a_b"},
		"separators in a row":         {catalog.Metric{Name: ".a..b__c.", Kind: catalog.Gauge}, "a_b_c"},
		"a unit that nobody knows":    {catalog.Metric{Name: "a.b", Unit: "furlong", Kind: catalog.Gauge}, "a_b"},
		"seconds, then the number":    {catalog.Metric{Name: "a.total.b", Unit: "s", Kind: catalog.Counter}, "a_total_b_seconds"},
		"a gauge of bytes is a gauge": {catalog.Metric{Name: "a.b", Unit: "By", Kind: catalog.Gauge}, "a_b_bytes"},
	} {
		if got := tc.metric.PrometheusName(); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Neither names nor labels of ours have to be quoted in a query.
func TestPrometheusNeedsNoQuotes(t *testing.T) {
	plain := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, m := range append(catalog.All(), others()...) {
		if got := m.PrometheusName(); !plain.MatchString(got) {
			t.Errorf("%s is %s", m.Name, got)
		}
	}
	labels := make(map[string]string)
	for _, a := range catalog.Attributes() {
		got := catalog.PrometheusLabel(a.Key)
		if !plain.MatchString(got) || labels[got] != "" {
			t.Errorf("%s is the label %s, as %q", a.Key, got, labels[got])
		}
		labels[got] = a.Key
	}
	for attribute, want := range map[string]string{"": "", "a": "a", "a.b.c": "a_b_c", "a_b": "a_b"} {
		if got := catalog.PrometheusLabel(attribute); got != want {
			t.Errorf("%q is the label %q", attribute, got)
		}
	}
}
