package record

import (
	"fmt"
	"math"

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
	PoolCreate // the nanoseconds of all, and then the counts by bucket
)

// PoolTimeCounts is how many counts follow PoolCreate, and PoolWait.
const PoolTimeCounts = len(kvdb.PoolDurations{}.Counts)

// PoolWait is like PoolCreate.
const PoolWait = PoolCreate + 1 + PoolTimeCounts

var poolInfos = append([]kvdb.StatInfo{
	PoolIdle: {Name: "idle"}, PoolUsed: {Name: "used"}, PoolMax: {Name: "max"}, PoolIdleMin: {Name: "idle min"}, PoolIdleMax: {Name: "idle max"}, PoolPending: {Name: "pending"},
	PoolTimeouts: {Name: "timeouts", Counter: true}, PoolWaits: {Name: "waits", Counter: true},
	PoolWaitNanos:    {Name: "wait nanos", Counter: true},
	PoolDialTimeouts: {Name: "dial timeouts", Counter: true}, PoolDialsUnavailable: {Name: "dials unavailable", Counter: true},
	PoolDialsOther: {Name: "dials other", Counter: true},
}, append(timeInfos("create"), timeInfos("wait")...)...)

func timeInfos(name string) []kvdb.StatInfo {
	infos := []kvdb.StatInfo{{Name: name, Counter: true}}
	for i := range PoolTimeCounts {
		infos = append(infos, kvdb.StatInfo{Name: fmt.Sprintf("%s %d", name, i), Counter: true})
	}
	return infos
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
	keepTimes(values[PoolCreate:], &p.Times.Create, p.Times.Measured)
	keepTimes(values[PoolWait:], &p.Times.Wait, p.Times.Measured)
	a.pool.Store(a.pool.Load().next(values))
}

func keepTimes(to []float64, from *kvdb.PoolDurations, known bool) {
	to[0] = float64(from.Sum)
	for i, n := range from.Counts {
		to[1+i] = float64(n)
	}
	if !known {
		to[0] = math.NaN()
	}
}
