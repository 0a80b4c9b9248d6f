package observe

import (
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// A StoreInfo is what checks of a store look at.
type StoreInfo struct {
	Store  kvdb.Store                        // below its instrumentation, so that pings are no operations
	Totals func() (succeeded, failed uint64) // operations so far
	Oldest func() time.Duration              // of those in flight without code of the caller, for health.TrafficLimits
}

// A StoreChecksFunc returns the checks of a store.
type StoreChecksFunc func(StoreInfo) []health.Check

// Checks returns what a store can be asked by its capabilities, with the default
// limits and an interval of every, where 0 is 5 seconds:
//
//   - those of health.StoreChecks: "database", "replication", "disk" and, for liveness,
//     "engine failure"
//   - "engine", a health.Engine, of a kvdb.StatsReader
//   - "operations", a health.Traffic, which judges what users see of the store; above
//     a remote one it is Shared, and only warns
func (s StoreInfo) Checks(every time.Duration) []health.Check {
	checks := health.StoreChecks(s.Store, every)
	further := []health.Check{health.Traffic("operations", s.Totals, &health.TrafficLimits{Oldest: s.Oldest}).Above(s.Store)}
	if _, ok := kvdb.As[kvdb.StatsReader](s.Store); ok {
		further = append(further, health.Engine("engine", s.Store, nil))
	}
	for _, c := range further {
		if every != 0 {
			c = c.Every(every)
		}
		checks = append(checks, c)
	}
	return checks
}

// logCheck warns while lines of the log do not get out, and of lost ones, which is
// no reason to send traffic elsewhere.
func logCheck(tel *otelsetup.Telemetry, every time.Duration) health.Check {
	return health.Check{
		Name:     "log",
		Interval: every,
		Reason:   "log lines do not get out",
		Advisory: true,
		Run:      tel.CheckLog,
	}
}

// memoryCheck only warns: less traffic frees little memory, and goes to other
// replicas, which are as near to their limit.
func memoryCheck(every time.Duration) health.Check {
	c := health.Memory("memory", nil).Every(every)
	c.Advisory = true
	return c
}
