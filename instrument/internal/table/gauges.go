package table

import (
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// Points of gauges, which say how an open store is.

func utilization(c *record.Collection, yield floatPoints) {
	c.Open(func(s *record.Source) {
		if disk, ok := s.Now.Stat(kvdb.StatDiskUtilization); ok {
			yield(s, s.Series.Set(s.Infos, record.SeriesKey{Label: record.LabelResource, Further: catalog.Disk}), disk)
		}
	})
}

func oldestAge(c *record.Collection, yield floatPoints) {
	c.Open(func(s *record.Source) { yield(s, s.Set(0, record.LabelStore, 0), s.Now.Oldest.Seconds()) })
}

func oldestOwnAge(c *record.Collection, yield floatPoints) {
	c.Open(func(s *record.Source) { yield(s, s.Set(0, record.LabelStore, 0), s.Now.OldestOwn.Age.Seconds()) })
}

func hungAge(c *record.Collection, yield floatPoints) {
	c.Open(func(s *record.Source) {
		if o := s.Now.OldestOwn; o.Age >= objective.OperationAge {
			yield(s, s.Set(o.Op, record.LabelNone, 0), o.Age.Seconds())
		}
	})
}

func statsAge(c *record.Collection, yield floatPoints) {
	c.Open(func(s *record.Source) {
		if s.Now.Stats != nil {
			yield(s, s.Set(0, record.LabelStore, 0), s.Now.StatsAge(s.Start).Seconds())
		}
	})
}

func lag(c *record.Collection, yield floatPoints) {
	replicas(c, func(s *record.Source, set attribute.Set, lag *time.Duration) {
		if lag != nil {
			yield(s, set, lag.Seconds())
		}
	})
}

func connected(c *record.Collection, yield floatPoints) {
	replicas(c, func(s *record.Source, set attribute.Set, lag *time.Duration) {
		if lag == nil {
			yield(s, set, 0)
		} else {
			yield(s, set, 1)
		}
	})
}

// replicas calls visit for each replica that is listed or missed, without a lag while
// that is unknown: a replica that nobody can ask counts as not connected, or its
// series would go when it is needed. So does one of which not even the name is known.
func replicas(c *record.Collection, visit func(*record.Source, attribute.Set, *time.Duration)) {
	c.Open(func(s *record.Source) {
		if s.Now.Lag == nil {
			return
		}
		one := func(name string, lag *time.Duration) {
			visit(s, s.Series.Set(s.Infos, record.SeriesKey{Label: record.LabelReplica, Further: record.Clean(name)}), lag)
		}
		if s.Now.Lag.Nameless(s.Start, s.Now.At) {
			one("", nil)
		}
		known := s.Now.Lag.Known(s.Now.At)
		for name, lag := range s.Now.Lag.Lag {
			if !known {
				lag = nil
			}
			one(name, lag)
		}
	})
}
