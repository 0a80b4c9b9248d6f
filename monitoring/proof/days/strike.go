package days

import (
	"math"
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// slot is the one instance that has a fault.
func slot(only ...int) func(int) bool {
	return func(slot int) bool { return slices.Contains(only, slot) }
}

// unready is a process of which a check fails.
func unready(m *Moment, check string) { m.Checks[check], m.Unready = "fail", true }

func erring(m *Moment) {
	unready(m, "operations")
	each(func(c *Condition) { c.fails(catalog.ErrUnavailable, 0.1) })(m)
}

// diskSlow begins with one hiccup; then there are two a minute.
func diskSlow(m *Moment) {
	first(func(c *Condition) {
		c.SlowDisk, c.Stalled, c.Slow, c.Oldest = min(2, float64(m.Since+1)), 0.25, 0.03, 8
	})(m)
}

// diskFull fills within half an hour. At its end somebody makes room.
func diskFull(m *Moment) {
	first(func(c *Condition) {
		c.Disk = min(0.98, c.Disk+0.012*float64(m.Since))
		if c.Disk > 0.9 {
			unready(m, "disk")
		}
		if c.Disk > 0.95 {
			c.fails(catalog.ErrNoSpace, 0.6)
			c.Stalled = 0.05
		}
	})(m)
}

func replica(connected bool, lag float64) func(*Moment) {
	return func(m *Moment) {
		unready(m, "replication")
		first(func(c *Condition) { c.Connected, c.Lag = connected, lag })(m)
	}
}

func stalled(m *Moment) {
	unready(m, "operations")
	first(func(c *Condition) { c.Stalled, c.Slow, c.Oldest = 0.4, 0.05, 3 })(m)
}

// hanging has an operation that holds a lock: some callers give up.
func hanging(m *Moment) {
	unready(m, "operations")
	first(func(c *Condition) {
		c.Oldest = 60 * float64(m.Since+1)
		c.Share[catalog.Canceled] = 0.3
		c.fails(catalog.ErrTimeout, 0.05)
	})(m)
}

// engineFailed ends when the program is started again.
func engineFailed(m *Moment) {
	unready(m, "engine")
	m.Dead = true
	first(func(c *Condition) {
		c.Failed = true
		c.fails(catalog.ErrEngineFailed, 1)
	})(m)
}

// crashing is a process that ends half a minute after each start.
func crashing(m *Moment) {
	m.Restarts = true
	m.Unseen = math.Mod(float64(m.Since), 3) == 1
	m.Unready = true
}

// backingOff is a process that ends soon after each start, and who starts it waits twice as
// long each time, up to five minutes.
func backingOff(m *Moment) {
	m.Restarts = slices.Contains([]int{0, 1, 2, 4, 7, 12}, m.Since) || m.Since > 12 && m.Since%6 == 0
	m.Unseen, m.Unready = !m.Restarts, true
}

// filling is a disk to which data comes faster than before.
func filling(m *Moment) { m.Stores[0].Disk += 0.02 / 60 * float64(m.Since) }
