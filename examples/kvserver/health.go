package main

import (
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// checkInterval is how often the server looks at what it depends on.
const checkInterval = time.Second

// startHealth runs the checks, until Close. One that begins to fail leaves
// evidence in the profiles.
func startHealth(logger *zap.Logger, meters metric.MeterProvider, profiles *program.Profiles, checks []health.Check) (*health.Health, error) {
	probes, err := health.New(
		health.WithLogger(logger),
		health.WithMeterProvider(meters),
		health.WithDetails(program.IsLocal),
		health.WithOnTransition(profiles.OnTransition),
		health.WithChecks(checks...),
	)
	profiles.Report(probes)
	return probes, err
}

// checks returns what the server depends on, as far as its engine has it. They
// ask the bare store, since a ping of theirs is no operation of a client. Dir
// is empty for an engine without files.
func checks(bare kvdb.Store, dir string) []health.Check {
	// Less traffic frees little memory, and goes to other replicas, which are as
	// near to their limit: this one only warns.
	memory := health.Memory("memory", nil)
	memory.Advisory = true
	all := []health.Check{
		health.Ping("database", bare).For(health.Startup | health.Readiness).Every(checkInterval),
		memory.Every(checkInterval),
	}
	if _, ok := kvdb.As[kvdb.StatsReader](bare); ok {
		all = append(all, health.Engine("engine", bare, nil).Every(checkInterval))
	}
	if dir != "" {
		all = append(all, health.Disk("disk", dir, nil).Every(checkInterval))
	}
	return all
}

// operations judges what clients see of the store, and a ping does not.
func operations(store *instrument.Store) health.Check {
	return health.Traffic("operations", func() (succeeded, failed uint64) {
		t := store.Totals()
		return t.Succeeded, t.Failed
	}, nil).Every(checkInterval)
}
