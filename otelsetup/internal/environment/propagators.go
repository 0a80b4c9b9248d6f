package environment

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel/propagation"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// Propagator returns what carries a trace from process to process: that of the
// environment, else W3C trace context with baggage. The formats are read in the order
// in which they are set, and the last one that finds a trace wins. OTEL_SDK_DISABLED
// does not count, as the specification has it: a trace passes through.
func (v Variables) Propagator() (propagation.TextMapPropagator, error) {
	list := v.get(propagators)
	if list == "" {
		return propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}), nil
	}
	var names []string
	for _, name := range pairs(list) {
		name = strings.TrimSpace(name)
		if slices.Contains(names, name) {
			continue
		}
		if _, err := autoprop.TextMapPropagator(name); err != nil {
			return nil, fmt.Errorf("unknown propagator %s: there are tracecontext, baggage, b3, b3multi, jaeger, xray, ottrace and none", oneline.Value(name))
		}
		names = append(names, name)
	}
	if len(names) > 1 && slices.Contains(names, "none") {
		return nil, errors.New("none stands alone")
	}
	return autoprop.TextMapPropagator(names...)
}
