package alerts

import (
	"testing"
	"time"
)

// A trial is a program with a fault.
type trial struct {
	name     string        // and the program's job
	fault    string        // in words of the table, where its name is no kind of -fault
	settle   time.Duration // of normal traffic before the fault; 0 is settle
	engine   string
	args     []string
	env      []string
	redis    *habit // of the callers of kvserver; nil is quickstart, which has a load of its own
	memory   int    // the limit of a control group of its own, of which what the program takes is a small share
	inNative bool   // the newer Prometheus reads its native histograms, and converts nothing

	on, off func(*testing.T, *program) // by default POST /fault with name, and with none

	pages  []string // that have to be notified, in both chains
	silent []string // that have to come to the Alertmanagers, and to be inhibited there
	hushed []string // that may come, and have to be inhibited: states that the fault may end before
}

func (tr *trial) program() string {
	if tr.redis != nil {
		return kvserver
	}
	return quickstart
}

func post(kind string) func(*testing.T, *program) {
	return func(t *testing.T, p *program) { t.Helper(); p.turn(t, kind) }
}

// again starts the program again.
func again(args ...string) func(*testing.T, *program) {
	return func(t *testing.T, p *program) {
		t.Helper()
		p.stop()
		p.start(t, args...)
	}
}

// healthy is the name of the trial that has no fault, and stays quiet.
const healthy = "healthy"

// brisk is a load in which a part of the operations is more than a few, and calm is one in
// which what has to wait for a fault is not. Of the few, not even all are enough to burn a budget:
// each commit of a long list of free pages is slow where others use the disk, too.
var brisk, calm, few = []string{"-rate", "60"}, []string{"-rate", "1"}, []string{"-rate", "0.02"}

// moreCalls ends a fault, of which the callers then make a smaller share.
func moreCalls(t *testing.T, p *program) {
	t.Helper()
	p.turn(t, "none")
	p.moments.Store(true)
}

// trials are all of them, those that take long first.
var trials = []*trial{
	{name: healthy},
	{
		name: "rare", fault: "`errors`, while there are so few operations that three fail in half an hour", redis: &rare,
		settle: 2 * time.Second, on: post("errors"), off: moreCalls, pages: []string{"KVErrorBudgetBurn"},
	},
	{
		name: "rareslow", fault: "`slow`, while there are so few operations that three are in half an hour", redis: &rareSlow,
		settle: 2 * time.Second, on: post("slow"), off: moreCalls, pages: []string{"KVLatencyBudgetBurn"},
	},
	{
		name: "fulldisk", on: post("fulldisk:2m"), pages: []string{"KVDiskFilling", "KVDiskFull"}, silent: []string{"KVNotReady"},
		hushed: []string{"KVErrorRatioHigh", "KVErrorBudgetBurn"},
	},
	{name: "freelist", engine: "bolt", args: few, pages: []string{"KVFreelistBloated"}},
	{name: "idle", settle: 120 * time.Second, pages: []string{"KVTrafficDropped"}},
	{name: "oldread", engine: "bolt", pages: []string{"KVReadTransactionOld"}},
	{name: "hang", redis: &steady, pages: []string{"KVStoreHung"}, silent: []string{"KVNotReady"}},
	{name: "busy", fault: "as many operations as -capacity says that it can do", on: again("-rate", "300"), off: again(), pages: []string{"KVCapacityHigh"}},
	{
		name: "restart", redis: &steady, on: post("restart:5s"),
		pages: []string{"KVRestarting"}, hushed: []string{"KVTelemetryAbsent", "KVTrafficDropped", "KVNotReady"},
	},
	{
		name: "engine", off: again(), pages: []string{"KVEngineFailed"}, silent: []string{"KVErrorRatioHigh", "KVErrorBudgetBurn", "KVNotReady"},
		hushed: []string{"KVCheckUnknown", "KVStoreHung", "KVReplicaDisconnected"},
	},
	{name: "disk", redis: &steady, pages: []string{"KVDiskFull"}, silent: []string{"KVNotReady"}},
	{name: "stall", redis: &rare, pages: []string{"KVWriteStalled"}},
	{name: "slowdisk", args: calm, pages: []string{"KVDiskSlow"}},
	{name: "canceled", redis: &steady, pages: []string{"KVCanceledHigh"}},
	{name: "conflicts", pages: []string{"KVConflictsHigh"}},
	{name: "saturation", args: calm, pages: []string{"KVSaturationHigh"}},
	{name: "memory", args: calm, memory: 768 << 20, pages: []string{"KVSaturationHigh"}},
	{
		name: "telemetry", env: []string{"OTEL_BSP_SCHEDULE_DELAY=500", "OTEL_METRIC_EXPORT_INTERVAL=1000"}, // scaled, too
		pages: []string{"KVTelemetryLossy"},
	},
	{name: "stopped", fault: "stopped, and still a target", on: func(_ *testing.T, p *program) { p.stop() }, off: again(), pages: []string{"KVTelemetryAbsent"}},
	{name: "errors", args: []string{"-rate", "250"}, pages: []string{"KVErrorRatioHigh"}, silent: []string{"KVErrorBudgetBurn"}, hushed: []string{"KVNotReady"}},
	{name: "slow", args: brisk, pages: []string{"KVLatencyHigh"}, silent: []string{"KVLatencyBudgetBurn"}},
	{
		name: "native", fault: "`slow`, with native histograms", args: append([]string{"-native"}, brisk...), inNative: true,
		on: post("slow"), pages: []string{"KVLatencyHigh"}, silent: []string{"KVLatencyBudgetBurn"},
	},
	{
		name: "burn", fault: "`errors` for moments, so that 0.8 % of all operations fail", redis: &sometimes, settle: 2 * time.Second,
		on: func(_ *testing.T, p *program) { p.moments.Store(true) }, off: func(_ *testing.T, p *program) { p.moments.Store(false) },
		pages: []string{"KVErrorBudgetBurn"},
	},
	{name: "spread", fault: "`slow`, so that some of each operation are, and hardly enough", redis: &spread, on: post("slow"), pages: []string{"KVLatencyBudgetBurn"}},
	{
		name: "draining", args: []string{"-drain", "1h"}, fault: "draining without an end", redis: &steady,
		on: func(_ *testing.T, p *program) { p.drain() }, off: again(), pages: []string{"KVNotReady"},
	},
	{name: "unknown", redis: &steady, pages: []string{"KVCheckUnknown"}, silent: []string{"KVNotReady"}},
	{name: "lag", pages: []string{"KVReplicationLagHigh"}, silent: []string{"KVNotReady"}},
	{name: "replica", redis: &steady, pages: []string{"KVReplicaDisconnected"}},
}
