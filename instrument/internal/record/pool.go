package record

import (
	"math"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A pool of connections is read as statistics are, since its counters fall and
// go stale like those.
const (
	PoolIdle = iota
	PoolUsed
	PoolMax
	PoolIdleMin
	PoolIdleMax
	PoolPending
	PoolTimeouts
	PoolWaits
	PoolWaitNanos
	PoolDialTimeouts
	PoolDialsUnavailable
	PoolDialsOther
)

var poolInfos = []kvdb.StatInfo{
	PoolIdle: {Name: "idle"}, PoolUsed: {Name: "used"}, PoolMax: {Name: "max"}, PoolIdleMin: {Name: "idle min"}, PoolIdleMax: {Name: "idle max"}, PoolPending: {Name: "pending"},
	PoolTimeouts: {Name: "timeouts", Counter: true}, PoolWaits: {Name: "waits", Counter: true},
	PoolWaitNanos:    {Name: "wait nanos", Counter: true},
	PoolDialTimeouts: {Name: "dial timeouts", Counter: true}, PoolDialsUnavailable: {Name: "dials unavailable", Counter: true},
	PoolDialsOther: {Name: "dials other", Counter: true},
}

// KeepPool keeps what a pool says of itself.
func (a *aside) KeepPool(p kvdb.PoolStats) {
	values := make([]float64, len(poolInfos))
	for i, n := range [...]int64{
		PoolIdle: p.Idle, PoolUsed: p.Used, PoolMax: p.Max, PoolIdleMin: p.IdleMin, PoolIdleMax: p.IdleMax, PoolPending: p.Pending,
		PoolTimeouts: p.Timeouts, PoolWaits: p.Waits, PoolWaitNanos: int64(p.WaitTime),
		PoolDialTimeouts: p.Dials.Timeout, PoolDialsUnavailable: p.Dials.Unavailable, PoolDialsOther: p.Dials.Other,
	} {
		values[i] = float64(n)
		if limit := i == PoolMax || i == PoolIdleMin || i == PoolIdleMax; n < 0 || limit && n == 0 {
			values[i] = math.NaN()
		}
	}
	a.pool.Store(&Reading{At: time.Now(), Infos: poolInfos, Values: values})
}
