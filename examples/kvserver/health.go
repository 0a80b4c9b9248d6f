package main

import (
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// checkInterval is how often the server looks at what it depends on.
const checkInterval = time.Second

// checks returns what the server depends on, as far as its engine has it. They
// ask the bare store, since the ping of a probe is not an operation of a client. Dir
// is empty for an engine without files.
func (c config) checks(dir string) observe.StoreChecksFunc {
	return func(s observe.StoreInfo) []health.Check {
		all := []health.Check{health.Ping("database", s.Store).For(health.Startup | health.Readiness)}
		if _, ok := kvdb.As[kvdb.StatsReader](s.Store); ok {
			all = append(all, health.Engine("engine", s.Store, nil))
			if dir != "" { // an engine of this process, which a restart opens again
				all = append(all, health.EngineFailure("engine failure", s.Store),
					health.Utilization("disk", health.Stat(s.Store, kvdb.StatDiskUtilization), nil))
			}
		}
		if c.target.Heartbeat != "" {
			all = append(all, replication(s.Store))
		}
		if s.Totals != nil { // what clients see, and a ping does not
			all = append(all, health.Traffic("operations", s.Totals, &health.TrafficLimits{Oldest: s.Oldest}).Above(s.Store))
		}
		for i := range all {
			all[i] = all[i].Every(checkInterval)
		}
		return all
	}
}

func replication(s kvdb.Store) health.Check { return health.ReplicationLag("replication", s, nil) }
