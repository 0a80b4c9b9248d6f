package main

import (
	"context"
	"time"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// checkEvery is how often the program looks at what it depends on. Three bad
// runs fail a check and two good ones end that, so a fault shows, and goes,
// within five seconds.
const checkEvery = time.Second

// longestSilence is how long the loop that makes the load may stand still. It
// goes round a hundred times a second, but a restart for nothing costs more than
// some seconds of waiting.
const longestSilence = 10 * time.Second

// startHealth runs the checks, until Close. One that begins to fail leaves
// evidence in the profiles.
func startHealth(tel *otelsetup.Telemetry, profiles *program.Profiles, checks ...health.Check) (*health.Health, error) {
	probes, err := health.New(
		health.WithLogger(tel.Logger()),
		health.WithMeterProvider(tel.MeterProvider()),
		health.WithDetails(program.IsLocal),
		health.WithOnTransition(profiles.OnTransition),
		health.WithChecks(append(checks, program.LogCheck(tel, checkEvery))...),
	)
	profiles.Report(probes)
	return probes, err
}

// checks returns what the program depends on. They look at the store below its
// instrumentation, since a ping of theirs is no operation of the program; only
// the one of operations asks what the program has seen.
//
// A store that is slow is ready: an alert may call somebody, but traffic that is
// sent elsewhere would only make another one slow.
func checks(below kvdb.Store, store *instrument.Store, stocked <-chan struct{}) []health.Check {
	lag := health.ReplicationLag("replication", below, nil)
	disk := health.Utilization("disk", health.Stat(below, kvdb.StatDiskUtilization), nil)
	return []health.Check{
		health.Ping("database", below).Every(checkEvery),
		operations(store),
		lag.Every(checkEvery),
		disk.Every(checkEvery),
		memory(),
		startup(stocked),
	}
}

// operations judges what users see of the store and a ping does not: that a
// part of the operations fails.
func operations(store *instrument.Store) health.Check {
	totals := func() (succeeded, failed uint64) {
		t := store.Totals()
		return t.Succeeded, t.Failed
	}
	c := health.Traffic("operations", totals, &health.TrafficLimits{Window: 2 * time.Second, MinVolume: 50})
	c.Reason = "database down"
	c.PassAfter = 1 // the window smooths enough
	return c.Every(checkEvery)
}

// memory only warns: less traffic frees little, and goes to other replicas,
// which are as near to their limit.
func memory() health.Check {
	c := health.Memory("memory", nil)
	c.Advisory = true
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
