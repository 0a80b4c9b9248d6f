package otelsetup

import (
	"context"
	"encoding/json"
	"io"
	"sync"

	"go.opentelemetry.io/otel/attribute"
)

// A console writes telemetry for a person to read, one line of JSON for each
// span, data point or record. It is no log: that is on standard output.
type console struct {
	mu sync.Mutex
	w  io.Writer
}

func newConsole(w io.Writer) *console { return &console{w: w} }

// writeLine writes one line.
func (c *console) writeLine(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = c.w.Write(append(line, '\n'))
	return err
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
