package instrument

import (
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/kvdb"
)

// Rows of gauges, which say how an open store is.

func utilization(c *collection, yield floatPoints) {
	c.open(func(s *source) {
		if disk, ok := s.now.stat(kvdb.StatDiskUtilization); ok {
			yield(s, s.series.set(s.infos, seriesKey{label: labelResource, further: "disk"}), disk)
		}
	})
}

func statsAge(c *collection, yield floatPoints) {
	c.open(func(s *source) {
		if s.now.stats != nil {
			yield(s, s.set(0, labelStore, 0), s.now.statsAge(s.start).Seconds())
		}
	})
}

func lag(c *collection, yield floatPoints) {
	replicas(c, func(s *source, set attribute.Set, lag *time.Duration) {
		if lag != nil {
			yield(s, set, lag.Seconds())
		}
	})
}

func connected(c *collection, yield floatPoints) {
	replicas(c, func(s *source, set attribute.Set, lag *time.Duration) {
		if lag == nil {
			yield(s, set, 0)
		} else {
			yield(s, set, 1)
		}
	})
}

// replicas calls visit for each replica that was ever known, without a lag while
// that is unknown: a replica that nobody can ask counts as not connected, or its
// series would go when it is needed.
func replicas(c *collection, visit func(*source, attribute.Set, *time.Duration)) {
	c.open(func(s *source) {
		if s.now.lag == nil {
			return
		}
		known := fresh(s.now.lag.at, s.now.at)
		for name, lag := range s.now.lag.lag {
			if !known {
				lag = nil
			}
			visit(s, s.series.set(s.infos, seriesKey{label: labelReplica, further: clean(name)}), lag)
		}
	})
}
