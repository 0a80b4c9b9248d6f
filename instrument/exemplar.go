package instrument

import "context"

// An exemplifier is the sink that keeps sampled operations as examples of their buckets.
type exemplifier struct{ rec *record }

func (x exemplifier) take(_ context.Context, e event) event {
	if e.span.IsSampled() {
		x.rec.exemplify(e.counted, e.slot, e.duration, exemplar{
			at: e.traced.start.Add(e.duration), trace: e.span.TraceID(), span: e.span.SpanID(),
		})
	}
	return e
}
