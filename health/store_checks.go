package health

import (
	"context"
	"errors"
	"time"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// StoreChecks returns the checks that a store can answer by its capabilities,
// with the default limits and an interval of every, where 0 is 5 seconds:
//
//   - "database", a [Ping], of a kvdb.Pinger; for a store that is none, see
//     [RoundTrip]
//   - "replication", its [ReplicationLag], of a kvdb.Lagger
//   - "disk", a [Utilization] of the disk that a kvdb.StatsReader reports; of one
//     that knows no disk, such as a server's on another machine, it passes
//   - "engine failure", an [EngineFailure], for liveness, of an embedded engine whose
//     kvdb.StatsReader declares kvdb.StatFailed
//
// As with Ping, pass the store below its instrumentation. It does no I/O. A nil
// store is an error of the registration.
func StoreChecks(store kvdb.Store, every time.Duration) []Check {
	if typednil.Is(store) {
		return []Check{Ping("database", store)} // whose registration says so
	}
	var checks []Check
	if _, ok := kvdb.As[kvdb.Pinger](store); ok {
		checks = append(checks, Ping("database", store))
	}
	if _, ok := kvdb.As[kvdb.Lagger](store); ok {
		checks = append(checks, ReplicationLag("replication", store, nil))
	}
	if _, ok := kvdb.As[kvdb.StatsReader](store); ok {
		checks = append(checks, Utilization("disk", diskOf(store), nil))
	}
	if _, ok := failureOf(store); ok && !overNetwork(store) {
		checks = append(checks, EngineFailure("engine failure", store))
	}
	for i := range checks {
		if every != 0 {
			checks[i] = checks[i].Every(every)
		}
	}
	return checks
}

func diskOf(store kvdb.Store) func(context.Context) (float64, error) {
	read := Stat(store, kvdb.StatDiskUtilization)
	return func(ctx context.Context) (float64, error) {
		share, err := read(ctx)
		if errors.Is(err, errNoStat) {
			return 0, nil
		}
		return share, err
	}
}
