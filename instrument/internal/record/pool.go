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
	PoolPending
	PoolTimeouts
	PoolWaits
	PoolWaitNanos
)

var poolInfos = []kvdb.StatInfo{
	PoolIdle: {Name: "idle"}, PoolUsed: {Name: "used"}, PoolMax: {Name: "max"}, PoolPending: {Name: "pending"},
	PoolTimeouts: {Name: "timeouts", Counter: true}, PoolWaits: {Name: "waits", Counter: true},
	PoolWaitNanos: {Name: "wait nanos", Counter: true},
}

// ExpectPool says that there is a pool, of which nothing is known yet.
func (a *aside) ExpectPool() { a.pool.Store(&Reading{Infos: poolInfos}) }

// KeepPool keeps what a pool says of itself.
func (a *aside) KeepPool(p kvdb.PoolStats) {
	values := make([]float64, len(poolInfos))
	for i, n := range [...]int64{
		PoolIdle: p.Idle, PoolUsed: p.Used, PoolMax: p.Max, PoolPending: p.Pending,
		PoolTimeouts: p.Timeouts, PoolWaits: p.Waits, PoolWaitNanos: int64(p.WaitTime),
	} {
		values[i] = float64(n)
		if n < 0 || i == PoolMax && n == 0 {
			values[i] = math.NaN()
		}
	}
	a.pool.Store(&Reading{At: time.Now(), Infos: poolInfos, Values: values})
}
