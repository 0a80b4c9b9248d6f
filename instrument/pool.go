package instrument

import (
	"context"
	"fmt"
	"math"
	"net"
	"strconv"
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

func (r *record) readPool(ctx context.Context, from kvdb.PoolReader) {
	p, err := from.PoolStats(ctx)
	if err != nil {
		return
	}
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
	r.pool.Store(&statsReading{at: time.Now(), infos: poolInfos, values: values})
}

// poolName is the name that the semantic conventions have for a pool without
// one.
func poolName(info kvdb.Info, namespace string) string {
	if !info.Remote || info.Address == "" {
		return namespace
	}
	address := clean(info.Address)
	if info.Port > 0 {
		address = net.JoinHostPort(address, strconv.Itoa(info.Port))
	}
	return fmt.Sprintf("%s/%s", address, namespace)
}
