package testutil

import (
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// SpanLines returns a line for each span and one below it for each event, with
// times relative to start.
func SpanLines(spans []sdktrace.ReadOnlySpan, start time.Time) []string {
	var lines []string
	for _, s := range spans {
		line := fmt.Sprintf("%q %s %s/%s below %s, %v to %v, %s", s.Name(), s.SpanKind(),
			s.SpanContext().TraceID(), s.SpanContext().SpanID(), s.Parent().SpanID(),
			s.StartTime().Sub(start), s.EndTime().Sub(start), s.Status().Code)
		if s.Status().Description != "" {
			line += " " + s.Status().Description
		}
		lines = append(lines, line+attributes(s.Attributes()))
		for _, e := range s.Events() {
			lines = append(lines, fmt.Sprintf("  event %q at %v%s", e.Name, e.Time.Sub(start), attributes(e.Attributes)))
		}
	}
	return lines
}

func attributes(attrs []attribute.KeyValue) string {
	var b strings.Builder
	for _, kv := range attrs {
		fmt.Fprintf(&b, " %s=%q", kv.Key, kv.Value.String())
	}
	return b.String()
}

// Attributes returns attributes by key.
func Attributes(attrs []attribute.KeyValue) map[string]string {
	m := make(map[string]string, len(attrs))
	for _, kv := range attrs {
		m[string(kv.Key)] = kv.Value.String()
	}
	return m
}
