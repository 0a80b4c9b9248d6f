package instrument

import (
	"math"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A pool of connections is read as statistics are, since its counters fall and
// go stale like those.
const (
	poolIdle = iota
	poolUsed
	poolMax
	poolPending
	poolTimeouts
	poolWaits
	poolWaitNanos
)

var poolInfos = []kvdb.StatInfo{
	poolIdle: {Name: "idle"}, poolUsed: {Name: "used"}, poolMax: {Name: "max"}, poolPending: {Name: "pending"},
	poolTimeouts: {Name: "timeouts", Counter: true}, poolWaits: {Name: "waits", Counter: true},
	poolWaitNanos: {Name: "wait nanos", Counter: true},
}

// expectPool says that there is a pool, of which nothing is known yet.
func (a *aside) expectPool() { a.pool.Store(&statsReading{infos: poolInfos}) }

// keepPool keeps what a pool says of itself.
func (a *aside) keepPool(p kvdb.PoolStats) {
	values := make([]float64, len(poolInfos))
	for i, n := range [...]int64{
		poolIdle: p.Idle, poolUsed: p.Used, poolMax: p.Max, poolPending: p.Pending,
		poolTimeouts: p.Timeouts, poolWaits: p.Waits, poolWaitNanos: int64(p.WaitTime),
	} {
		values[i] = float64(n)
		if n < 0 || i == poolMax && n == 0 {
			values[i] = math.NaN()
		}
	}
	a.pool.Store(&statsReading{at: time.Now(), infos: poolInfos, values: values})
}
