package main

import (
	"context"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// checkEvery is how often the program looks at what it depends on. Three bad
// runs fail a check and two good ones end that, so a fault shows, and goes,
// within five seconds.
const checkEvery = time.Second

// longestSilence is how long the loop that makes the load may stand still. It
// goes round a hundred times a second, but a restart for nothing costs more than
// some seconds of waiting.
const longestSilence = 10 * time.Second

// storeChecks are about the store below its faults. A store that is slow is ready: an
// alert may call somebody, but traffic that is sent elsewhere would only make
// another one slow.
func (c config) storeChecks(s observe.StoreInfo) []health.Check {
	checks := []health.Check{
		health.Ping("database", s.Store).Every(checkEvery),
		operations(s),
	}
	if !c.engine.remote { // the disk of this machine, and what a restart of this process mends
		checks = append(checks,
			health.Utilization("disk", health.Stat(s.Store, kvdb.StatDiskUtilization), nil).Every(checkEvery),
			health.EngineFailure("engine failure", s.Store).Every(checkEvery))
	}
	if !c.engine.remote || c.target.Heartbeat != "" {
		checks = append(checks, replication(s.Store))
	}
	return checks
}

// replication is there from the start where there are replicas then.
func replication(s kvdb.Store) health.Check {
	return health.ReplicationLag("replication", s, nil).Every(checkEvery)
}

// operations judges what users see of the store and a ping does not: that a
// part of the operations fails.
func operations(s observe.StoreInfo) health.Check {
	c := health.Traffic("operations", s.Totals, &health.TrafficLimits{Window: 2 * time.Second, MinVolume: 50, Oldest: s.Oldest})
	c.Reason = "database down"
	c.PassAfter = 1 // the window smooths enough
	return c.Every(checkEvery)
}

// startup passes once the shop is stocked, and is not asked again.
func startup(stocked <-chan struct{}) health.Check {
	return health.Check{
		Name:     "stock",
		Kind:     health.Startup,
		Interval: 5 * time.Second,
		Reason:   "stock incomplete",
		Run: func(ctx context.Context) error {
			select {
			case <-stocked:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}
}
