package exporters

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
)

type consoleLogs struct{ *console }

func (c *console) logs() sdklog.Exporter { return consoleLogs{c} }

type consoleLog struct {
	Log        string         `json:"log"`
	Time       time.Time      `json:"time"`
	Severity   string         `json:"severity"`
	TraceID    string         `json:"trace_id,omitempty"`
	SpanID     string         `json:"span_id,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// Export implements log.Exporter.
func (c consoleLogs) Export(ctx context.Context, records []sdklog.Record) error {
	var errs []error
	for i := range records {
		r := &records[i]
		line := consoleLog{Log: r.Body().String(), Time: r.Timestamp().UTC(), Severity: r.SeverityText()}
		if r.TraceID().IsValid() {
			line.TraceID, line.SpanID = r.TraceID().String(), r.SpanID().String()
		}
		if r.AttributesLen() > 0 {
			line.Attributes = make(map[string]any, r.AttributesLen())
			r.WalkAttributes(func(attr attribute.KeyValue) bool {
				line.Attributes[string(attr.Key)] = attr.Value.String()
				return true
			})
		}
		errs = append(errs, c.writeLine(line))
	}
	return c.flush(ctx, errs)
}
