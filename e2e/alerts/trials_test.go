//go:build arrival

package alerts

import (
	"testing"
	"time"
)

// A trial is a program with a fault.
type trial struct {
	name   string // and the program's job
	fault  string // in words of the table, where no kind of -fault makes it
	after  time.Duration
	engine string
	env    []string
	args   []string

	on, off func(*testing.T, *program) // by default POST /fault with name, and with none
	tick    func(*testing.T, *program) // every five seconds while the fault is on

	pages  []string // that have to be notified, in both chains
	silent []string // that have to come to the Alertmanagers, and to be inhibited there
	hushed []string // that may come, and have to be inhibited
	also   []string // that may come, and may be notified: what a fault does to a slow machine
}

func post(kind string) func(*testing.T, *program) {
	return func(t *testing.T, p *program) { t.Helper(); p.turn(t, kind) }
}

// again starts the program again.
func again(env []string, args ...string) func(*testing.T, *program) {
	return func(t *testing.T, p *program) {
		t.Helper()
		p.stop()
		p.start(t, env, args...)
	}
}

// lost are exports that nobody takes.
var lost = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9", "OTEL_BSP_SCHEDULE_DELAY=500", "OTEL_METRIC_EXPORT_INTERVAL=1000"}

// trials are all of them. The first one has no fault, and stays quiet.
var trials = []*trial{
	{name: "healthy"},
	{name: "errors", args: []string{"-rate", "300"}, pages: []string{"KVErrorRatioHigh"}, silent: []string{"KVErrorBudgetBurn"}, hushed: []string{"KVNotReady"}},
	{name: "slow", pages: []string{"KVLatencyHigh"}, silent: []string{"KVLatencyBudgetBurn"}},
	{name: "lag", pages: []string{"KVReplicationLagHigh"}, silent: []string{"KVNotReady"}},
	{name: "replica", pages: []string{"KVReplicaDisconnected"}},
	{name: "disk", pages: []string{"KVDiskFull"}, silent: []string{"KVNotReady"}, hushed: []string{"KVDiskFilling"}},
	{name: "fulldisk", on: post("fulldisk:2m"), pages: []string{"KVDiskFilling", "KVDiskFull"}, silent: []string{"KVNotReady"}, hushed: []string{"KVErrorRatioHigh", "KVErrorBudgetBurn"}},
	// Stalls are seen when the engine's statistics are read, every ten seconds: late at this scale.
	{name: "stall", pages: []string{"KVWriteStalled"}, also: []string{"KVLatencyHigh", "KVLatencyBudgetBurn"}},
	{name: "slowdisk", pages: []string{"KVDiskSlow"}, hushed: []string{"KVWriteStalled", "KVLatencyHigh", "KVLatencyBudgetBurn"}},
	{name: "oldread", engine: "bolt", pages: []string{"KVReadTransactionOld"}},
	{name: "freelist", engine: "bolt", pages: []string{"KVFreelistBloated"}, also: []string{"KVLatencyHigh", "KVLatencyBudgetBurn"}}, // its commits hold writers up
	{name: "engine", off: again(nil), pages: []string{"KVEngineFailed"}, silent: []string{"KVErrorRatioHigh", "KVErrorBudgetBurn", "KVNotReady"}, hushed: []string{"KVCheckUnknown", "KVStoreHung"}},
	{name: "hang", pages: []string{"KVStoreHung"}, silent: []string{"KVNotReady"}},
	{name: "canceled", pages: []string{"KVCanceledHigh"}},
	{name: "conflicts", pages: []string{"KVConflictsHigh"}},
	{name: "idle", after: 150 * time.Second, pages: []string{"KVTrafficDropped"}},
	{name: "unknown", pages: []string{"KVCheckUnknown"}, silent: []string{"KVNotReady"}},
	{name: "saturation", env: []string{"GOMAXPROCS=1"}, pages: []string{"KVSaturationHigh"}, also: []string{"KVLatencyHigh", "KVLatencyBudgetBurn"}},
	{
		name: "telemetry", fault: "started with an OTLP endpoint that is not there",
		on: again(lost), off: again(nil),
		pages: []string{"KVTelemetryLossy"},
	},
	{
		name: "restart", fault: "killed and started again every five seconds",
		on: func(*testing.T, *program) {}, tick: again(nil), off: func(*testing.T, *program) {},
		pages: []string{"KVRestarting"}, hushed: []string{"KVTelemetryAbsent", "KVTrafficDropped", "KVNotReady"},
	},
	{
		name: "stopped", fault: "stopped, and still a target",
		on: func(_ *testing.T, p *program) { p.stop() }, off: again(nil),
		pages: []string{"KVTelemetryAbsent"},
	},
	{
		name: "draining", args: []string{"-drain", "1h"}, fault: "draining without an end",
		on: func(_ *testing.T, p *program) { p.drain() }, off: again(nil),
		pages: []string{"KVNotReady"},
	},
	{
		name: "busy", fault: "as many operations as -capacity says that it can do",
		on: again(nil, "-rate", capacityText), off: again(nil),
		pages: []string{"KVCapacityHigh"},
	},
}
