package table

import (
	"math"
	"slices"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Points of a pool of connections to a server. A pool is asked, not counted: package
// instrument polls the store's kvdb.PoolReader, and record.Record.KeepPool keeps what
// it says until the next poll.

func poolCount(c *record.Collection, yield intPoints) {
	for i, state := range [...]string{record.PoolIdle: catalog.PoolIdle, record.PoolUsed: catalog.PoolUsed} {
		c.Pools(i, false, func(s *record.Source, value float64) {
			yield(s, s.Series.Set(s.Infos, record.SeriesKey{Label: record.LabelPool, Further: state}), int64(value))
		})
	}
}

func poolGauge(at int) func(*record.Collection, intPoints) {
	return func(c *record.Collection, yield intPoints) {
		c.Pools(at, false, func(s *record.Source, value float64) { yield(s, s.Set(0, record.LabelPool, 0), int64(value)) })
	}
}

func poolTimeoutCount(c *record.Collection, yield intPoints) {
	c.Pools(record.PoolTimeouts, true, func(s *record.Source, value float64) { yield(s, s.Set(0, record.LabelPool, 0), int64(value)) })
}

// dialErrors has a series for each type that a pool tells apart.
func dialErrors(c *record.Collection, yield intPoints) {
	for i, kind := range catalog.DialErrors.Values[catalog.ErrorType] {
		c.Pools(record.PoolDialTimeouts+i, true, func(s *record.Source, value float64) {
			yield(s, s.Series.Set(s.Infos, record.SeriesKey{Label: record.LabelDial, Further: kind}), int64(value))
		})
	}
}

// poolCreateTime is of pools that measure it.
func poolCreateTime(c *record.Collection, yield distributionPoints) {
	c.Pools(record.PoolCreate, true, func(s *record.Source, _ float64) {
		yield(s, s.Set(0, record.LabelPool, 0), poolTimes(s, record.PoolCreate, catalog.PoolCreateTime.Bounds))
	})
}

// poolWaitTime has one bucket where a pool tells how often and for how long was
// waited, and no more.
func poolWaitTime(c *record.Collection, yield distributionPoints) {
	c.Pools(record.PoolWait, true, func(s *record.Source, _ float64) {
		yield(s, s.Set(0, record.LabelPool, 0), poolTimes(s, record.PoolWait, catalog.PoolWaitTime.Bounds))
	})
	c.Pools(record.PoolWaits, true, func(s *record.Source, _ float64) {
		waits, nanos, measured := s.Timed.Pool.Values[record.PoolWaits], s.Timed.Pool.Values[record.PoolWaitNanos], s.Timed.Pool.Values[record.PoolWait]
		if !math.IsNaN(nanos) && math.IsNaN(measured) {
			yield(s, s.Set(0, record.LabelPool, 0), Distribution{Counts: []uint64{uint64(waits)}, Sum: uint64(nanos)})
		}
	})
}

// poolTimes are the durations of a pool, which begin at the given place.
func poolTimes(s *record.Source, at int, bounds []float64) Distribution {
	values := s.Timed.Pool.Values[at:]
	d := Distribution{Bounds: slices.Clone(bounds), Counts: make([]uint64, record.PoolTimeCounts), Sum: uint64(values[0])}
	for i := range d.Counts {
		d.Counts[i] = uint64(values[1+i])
	}
	return d
}
