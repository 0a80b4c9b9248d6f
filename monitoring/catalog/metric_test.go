package catalog_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// rising reports whether each number is finite and above the one before it.
func rising(numbers []float64, above float64) bool {
	for _, n := range numbers {
		if !(n > above) || math.IsInf(n, 0) {
			return false
		}
		above = n
	}
	return true
}

// An edge that stands twice makes a bucket that is always empty; one of 0 or less counts
// what no duration and no size can be.
func TestEdges(t *testing.T) {
	for _, m := range append(catalog.All(), others()...) {
		if !rising(m.Bounds, 0) {
			t.Errorf("%s: bounds %v", m.Name, m.Bounds)
		}
		if !rising(m.Quantiles, 0) || len(m.Quantiles) > 0 && m.Quantiles[len(m.Quantiles)-1] >= 1 {
			t.Errorf("%s: quantiles %v", m.Name, m.Quantiles)
		}
	}
	want := []float64{16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20}
	for _, m := range []catalog.Metric{catalog.RequestSize, catalog.ResponseSize} {
		if !slices.Equal(m.Bounds, want) {
			t.Errorf("%s: %v, want %v", m.Name, m.Bounds, want)
		}
	}
}

func TestRising(t *testing.T) {
	for name, tc := range map[string]struct {
		numbers []float64
		want    bool
	}{
		"none":        {nil, true},
		"rising":      {[]float64{1, 2}, true},
		"twice":       {[]float64{1, 1}, false},
		"falling":     {[]float64{2, 1}, false},
		"nothing":     {[]float64{0, 1}, false},
		"no number":   {[]float64{1, math.NaN()}, false},
		"the last +∞": {[]float64{1, math.Inf(1)}, false},
	} {
		if got := rising(tc.numbers, 0); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What a kind and its unit say has to agree, since rules and panels go by both.
func TestUnitsOfKinds(t *testing.T) {
	for _, m := range append(catalog.All(), others()...) {
		switch m.Kind {
		case catalog.Counter:
			if m.Unit == "" || m.Unit == "1" || m.Unit == "%" {
				t.Errorf("%s: a counter of %q", m.Name, m.Unit)
			}
		case catalog.Histogram, catalog.ExponentialHistogram, catalog.Summary:
			if m.Unit != "s" && m.Unit != "By" {
				t.Errorf("%s: a distribution of %q", m.Name, m.Unit)
			}
		}
		if strings.HasPrefix(m.Unit, "{") && strings.HasSuffix(m.Unit, "s}") && m.Unit != "{series}" {
			t.Errorf("%s: unit %s is not in the singular", m.Name, m.Unit)
		}
		if m.FromFirstUse && !slices.Contains(m.Attributes, catalog.OperationName) {
			t.Errorf("%s comes with the first use of an operation, which it does not name", m.Name)
		}
	}
}

// Only what a convention has settled is stable.
func TestStable(t *testing.T) {
	for _, m := range append(catalog.All(), others()...) {
		settled := m.Name == "db.client.operation.duration" || strings.HasPrefix(m.Name, "process_")
		if (m.Stability == catalog.Stable) != settled {
			t.Errorf("%s is %s", m.Name, m.Stability)
		}
		if m.Stability != catalog.Stable && m.Stability != catalog.Development {
			t.Errorf("%s: stability %q", m.Name, m.Stability)
		}
	}
}

func TestTextsOfMetrics(t *testing.T) {
	for _, m := range append(catalog.All(), others()...) {
		for _, text := range []string{m.When, m.Note} {
			if text != "" {
				sentence(t, m.Name, text)
			}
		}
	}
}

func TestValuesOfMetrics(t *testing.T) {
	for _, m := range append(catalog.All(), others()...) {
		unique(t, m.Name, m.Attributes)
		for key, values := range m.Values {
			if !slices.Contains(m.Attributes, key) || len(values) == 0 {
				t.Errorf("%s: values %q of %s", m.Name, values, key)
			}
			unique(t, m.Name+" "+key, values)
		}
	}
}

// unique checks that nothing is in a list twice, and nothing in it is empty.
func unique[T ~string](t *testing.T, of string, list []T) {
	t.Helper()
	for i, v := range list {
		if v == "" || slices.Contains(list[:i], v) {
			t.Errorf("%s: %q is empty, or there twice", of, v)
		}
	}
}

func TestKindNames(t *testing.T) {
	for kind, want := range map[catalog.Kind]string{
		0:                            "unknown",
		catalog.Counter:              "counter",
		catalog.UpDownCounter:        "updowncounter",
		catalog.Gauge:                "gauge",
		catalog.Histogram:            "histogram",
		catalog.ExponentialHistogram: "exponential histogram",
		catalog.Summary:              "summary",
		catalog.Summary + 1:          "unknown",
		255:                          "unknown",
	} {
		if got := kind.String(); got != want {
			t.Errorf("kind %d is %q, want %q", kind, got, want)
		}
	}
}
