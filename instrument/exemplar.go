package instrument

import (
	"context"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// An exemplifier is the sink that keeps sampled operations as examples of their buckets.
type exemplifier struct{ rec *record.Record }

func (x exemplifier) take(_ context.Context, e report) report {
	if e.span.IsSampled() {
		x.rec.Exemplify(e.counted, e.slot, e.duration, record.Exemplar{
			At: e.traced.start.Add(e.duration), Trace: e.span.TraceID(), Span: e.span.SpanID(),
		})
	}
	return e
}
