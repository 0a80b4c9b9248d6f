package points

import (
	"sync"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A Clock gives all points of an export one time, later than that of the export
// before. A receiver that orders by time, such as Prometheus, refuses an export as
// a whole when a point of it is not, and OpenTelemetry's producer of the runtime's
// metrics repeats points that are up to 15 seconds old. Its zero value is ready
// for use by one reader, and safe for concurrent use.
type Clock struct {
	mu   sync.Mutex
	last time.Time
}

// maxStep is by how much a clock that was set back is waited for. A clock that was
// wrong by more, before the machine asked for the time as a rule, is followed.
const maxStep = time.Minute

// Stamp sets the times in place: that of each point to now, and where it is a
// delta its start to no earlier than the last export. The times of exemplars are
// those of operations, and stay.
func (c *Clock) Stamp(scopes []metricdata.ScopeMetrics) {
	before, now := c.next()
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			delta := Temporality(m.Data) == metricdata.DeltaTemporality
			Each(m.Data, func(p Point) {
				*p.Time = now
				if delta && p.Start.Before(before) {
					*p.Start = before
				}
			})
		}
	}
}

// next returns the time of the last export and that of the one that begins.
func (c *Clock) next() (before, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, now = c.last, time.Now().Round(0) // as points are told: without the monotonic clock
	earliest := before.Add(time.Millisecond)  // Prometheus does not know less
	if now.Before(earliest) && earliest.Sub(now) <= maxStep {
		now = earliest
	}
	c.last = now
	return before, now
}
