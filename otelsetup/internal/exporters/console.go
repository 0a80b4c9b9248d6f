package exporters

import (
	"context"
	"encoding/json"
	"errors"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

// A console writes telemetry for a person to read, one line of JSON for each
// span, data point or record. It is no log: that is on standard output.
type console struct{ w *linewriter.Writer }

// writeLine writes one line, or has it wait for flush.
func (c *console) writeLine(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.w.WriteLine(line, newline)
}

var newline = []byte("\n")

// flush returns the errors of an export, or whether standard error has all of it
// in time.
func (c *console) flush(ctx context.Context, errs []error) error {
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return c.w.Flush(ctx)
}

// ForceFlush implements the exporters' method of that name.
func (*console) ForceFlush(context.Context) error { return nil }

// Shutdown implements the exporters' method of that name.
func (*console) Shutdown(context.Context) error { return nil }

// attributesOf returns attributes for JSON.
func attributesOf(attrs []attribute.KeyValue) map[string]any {
	if len(attrs) == 0 {
		return nil
	}
	m := make(map[string]any, len(attrs))
	for _, attr := range attrs {
		m[string(attr.Key)] = attr.Value.AsInterface()
	}
	return m
}
