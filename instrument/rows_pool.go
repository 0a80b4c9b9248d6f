package instrument

import "math"

// Rows of the connections to a server, as the semantic conventions name them.

func poolCount(c *collection, yield intPoints) {
	for i, state := range [...]string{poolIdle: "idle", poolUsed: "used"} {
		c.pools(i, false, func(s *source, value float64) {
			yield(s, s.series.set(s.infos, seriesKey{label: labelPool, further: state}), int64(value))
		})
	}
}

func poolGauge(at int) func(*collection, intPoints) {
	return func(c *collection, yield intPoints) {
		c.pools(at, false, func(s *source, value float64) { yield(s, s.set(0, labelPool, 0), int64(value)) })
	}
}

func poolTimeoutCount(c *collection, yield intPoints) {
	c.pools(poolTimeouts, true, func(s *source, value float64) { yield(s, s.set(0, labelPool, 0), int64(value)) })
}

// poolWaitTime has one bucket, as a pool tells how often and for how long was
// waited, and no more.
func poolWaitTime(c *collection, yield distributionPoints) {
	c.pools(poolWaits, true, func(s *source, _ float64) {
		waits, nanos := s.timed.pool.values[poolWaits], s.timed.pool.values[poolWaitNanos]
		if !math.IsNaN(nanos) {
			yield(s, s.set(0, labelPool, 0), distribution{counts: []uint64{uint64(waits)}, sum: uint64(nanos)})
		}
	})
}
