package environment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

func TestPropagator(t *testing.T) {
	w3c := []string{"baggage", "traceparent", "tracestate"}
	for _, tt := range []struct {
		set    string
		fields []string // that it reads and writes
	}{
		{"", w3c},
		{"tracecontext,baggage", w3c},
		{"tracecontext, ,baggage,", w3c},
		{"tracecontext,tracecontext", []string{"traceparent", "tracestate"}},
		{"baggage", []string{"baggage"}},
		{"b3", []string{"b3"}},
		{"b3multi", []string{"x-b3-flags", "x-b3-sampled", "x-b3-spanid", "x-b3-traceid"}},
		{"jaeger", []string{"uber-trace-id"}},
		{"xray", []string{"X-Amzn-Trace-Id"}},
		{"ottrace", []string{"ot-tracer-sampled", "ot-tracer-spanid", "ot-tracer-traceid"}},
		{"b3,tracecontext", []string{"b3", "traceparent", "tracestate"}},
		{"none", nil},
		{",", nil},
	} {
		env := of(map[string]string{"OTEL_PROPAGATORS": tt.set})
		p, err := env.Propagator()
		if err != nil {
			t.Errorf("%q: %v", tt.set, err)
			continue
		}
		fields := p.Fields()
		slices.Sort(fields)
		if !slices.Equal(fields, tt.fields) {
			t.Errorf("%q: fields %q, want %q", tt.set, fields, tt.fields)
		}
		if text := check(map[string]string{"OTEL_PROPAGATORS": tt.set}, environment.Use{}); text != "" {
			t.Errorf("%q: %s", tt.set, text)
		}
	}
	for set, want := range map[string]string{
		"nonsense":                          `unknown propagator "nonsense": there are tracecontext`,
		"b3,nonsense":                       `"nonsense"`,
		"B3":                                `"B3"`,
		"none,b3":                           "none stands alone",
		"b3,none":                           "none stands alone",
		"https://shop:hunter2@collector":    "not shown",
		strings.Repeat("y", 100<<10):        "(102400 bytes)",
		"b3;tracecontext":                   `"b3;tracecontext"`,
		"tracecontext baggage":              "not shown",
		"tracecontext,authorization=Bearer": "not shown",
	} {
		for _, disabled := range []string{"", "true"} {
			text := check(map[string]string{"OTEL_PROPAGATORS": set, "OTEL_SDK_DISABLED": disabled}, environment.Use{})
			if !strings.Contains(text, "OTEL_PROPAGATORS: ") || !strings.Contains(text, want) || strings.Contains(text, "hunter2") || len(text) > 300 {
				t.Errorf("%.40q: %.400s", set, text)
			}
		}
	}
}
