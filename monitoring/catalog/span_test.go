package catalog_test

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestAttributes(t *testing.T) {
	told := make(map[string]bool)
	for _, a := range catalog.Attributes() {
		if told[a.Key] || !metricName.MatchString(a.Key) || a.Type == "" {
			t.Errorf("%s: twice, no key of an attribute, or of type %q", a.Key, a.Type)
		}
		told[a.Key] = true
		sentence(t, a.Key, a.Help)
		if got, ok := catalog.FindAttribute(a.Key); !ok || got.Help != a.Help {
			t.Errorf("FindAttribute(%q) = %v, %t", a.Key, got, ok)
		}
	}
	if _, ok := catalog.FindAttribute("kvdb.nothing"); ok {
		t.Error("FindAttribute finds what is not there")
	}
	declared(t, "", told)
	for _, m := range append(catalog.All(), others()...) {
		for _, key := range m.Attributes {
			if !told[key] {
				t.Errorf("%s: the attribute %s is unknown", m.Name, key)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	for _, s := range catalog.Spans() {
		sentence(t, s.Name, s.When)
		sentence(t, s.Name, s.Note)
		if s.Event != (len(s.Kinds) == 0) || s.Stability == "" || s.Source == "" {
			t.Errorf("%s: kinds %v, stability %q, source %q", s.Name, s.Kinds, s.Stability, s.Source)
		}
		all := slices.Concat(s.Attributes, s.Optional)
		for i, key := range all {
			if _, ok := catalog.FindAttribute(key); !ok || slices.Contains(all[:i], key) {
				t.Errorf("%s: the attribute %s is unknown, or there twice", s.Name, key)
			}
		}
	}
	if got := catalog.SpanName(string(catalog.BatchGet), "orders"); got != "BATCH get orders" {
		t.Errorf("the span of a batch is %q", got)
	}
}
