package exporters

import (
	"context"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

type consoleSpans struct{ *console }

func (c *console) spans() sdktrace.SpanExporter { return consoleSpans{c} }

type consoleSpan struct {
	Span       string         `json:"span"`
	Start      time.Time      `json:"start"`
	DurationMS float64        `json:"duration_ms"`
	TraceID    string         `json:"trace_id"`
	SpanID     string         `json:"span_id"`
	ParentID   string         `json:"parent_span_id,omitempty"`
	Kind       string         `json:"kind"`
	Status     string         `json:"status"`
	Message    string         `json:"status_message,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// ExportSpans implements trace.SpanExporter.
func (c consoleSpans) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	var errs []error
	for _, s := range spans {
		line := consoleSpan{
			Span: s.Name(), Start: s.StartTime().UTC(),
			DurationMS: float64(s.EndTime().Sub(s.StartTime())) / float64(time.Millisecond),
			TraceID:    s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(),
			Kind: s.SpanKind().String(), Status: s.Status().Code.String(), Message: s.Status().Description,
			Attributes: attributesOf(s.Attributes()),
		}
		if s.Parent().IsValid() {
			line.ParentID = s.Parent().SpanID().String()
		}
		errs = append(errs, c.writeLine(line))
	}
	return c.flush(ctx, errs)
}
