package alerts_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A trial is a program with a fault.
type trial struct {
	job    string
	kind   recording.Kind
	rate   float64
	env    []string
	args   []string
	memory int             // the limit of a control group of its own
	take   func(*exec.Cmd) // into that group

	after time.Duration // of normal traffic before the fault; by default settle

	dwell time.Duration // of the fault after all its rules have been true; by default dwell

	on    func(*testing.T, *recording.Program)
	again bool // it is killed and started again every five seconds

	also []string // alerts that may be true besides those that have the trial as a witness
}

const usualRate = 60.0 // operations a second

func turn(kind string) func(*testing.T, *recording.Program) {
	return func(t *testing.T, p *recording.Program) { t.Helper(); p.Turn(t, kind) }
}

func restart(env []string, args ...string) func(*testing.T, *recording.Program) {
	return func(t *testing.T, p *recording.Program) {
		t.Helper()
		p.Kill()
		p.Start(t, env, args...)
	}
}

// hush is how long critical alerts take to fire and hold back what says the same.
const hush = 10 * time.Second

// lost are exports that nobody takes.
var lost = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9", "OTEL_BSP_SCHEDULE_DELAY=500", "OTEL_BSP_MAX_QUEUE_SIZE=1", "OTEL_BLRP_SCHEDULE_DELAY=500", "OTEL_BLRP_MAX_QUEUE_SIZE=1",
	"OTEL_METRIC_EXPORT_INTERVAL=1000"}

var (
	errorsToo  = []string{"KVErrorRatioHigh", "KVErrorBudgetBurn", "KVNotReady"}
	latencyToo = []string{"KVLatencyHigh", "KVLatencyBudgetBurn"}
)

// trials are all of them, those first that take long. The healthy ones run beside all
// others.
var trials = []*trial{
	{job: "healthy"},
	{job: "kv-healthy", kind: recording.KVServer},
	{job: "bolt-healthy", args: []string{"-engine", "bolt"}},
	{job: "slowdisk", on: turn("slowdisk"), also: append([]string{"KVWriteStalled", "KVNotReady", "KVCheckUnknown"}, latencyToo...)},
	{job: "oldread", on: turn("oldread"), args: []string{"-engine", "bolt"}},
	{job: "fulldisk", dwell: hush, on: turn("fulldisk:40s"), also: errorsToo},
	{job: "restart", again: true, dwell: 20 * time.Second, also: []string{"KVTelemetryAbsent", "KVTrafficDropped", "KVNotReady"}},
	{job: "hang", on: turn("hang"), also: []string{"KVNotReady", "KVCheckUnknown"}},
	{job: "kv-hang", kind: recording.KVServer, on: turn("hang"), also: []string{"KVNotReady", "KVCheckUnknown"}},
	{job: "idle", dwell: hush, on: turn("idle"), after: 25 * time.Second},
	{job: "freelist", on: turn("freelist"), args: []string{"-engine", "bolt"}, also: latencyToo},
	{job: "errors", dwell: hush, on: turn("errors"), also: errorsToo},
	{job: "slow", dwell: hush, on: turn("slow")},
	{job: "lag", dwell: hush, on: turn("lag"), also: []string{"KVNotReady"}},
	{job: "replica", on: turn("replica")},
	{job: "disk", on: turn("disk"), also: []string{"KVDiskFilling"}},
	{job: "stall", on: turn("stall"), also: append([]string{"KVStoreHung", "KVNotReady", "KVTrafficDropped"}, latencyToo...)},
	{job: "badger-stall", on: turn("stall"), args: []string{"-engine", "badger"}, also: append([]string{"KVStoreHung", "KVNotReady", "KVTrafficDropped", "KVCheckUnknown"}, latencyToo...)},
	{job: "engine", on: turn("engine"), also: append([]string{"KVCheckUnknown", "KVStoreHung", "KVTrafficDropped", "KVReplicaDisconnected"}, errorsToo...)},
	{job: "canceled", dwell: hush, on: turn("canceled")},
	{job: "conflicts", on: turn("conflicts")},
	{job: "unknown", on: turn("unknown"), also: []string{"KVNotReady"}},
	{job: "saturation", on: turn("saturation"), env: []string{"GOMAXPROCS=1"}, also: latencyToo},
	{job: "memory", on: turn("memory"), memory: 768 << 20},
	{job: "telemetry", on: restart(lost), also: []string{"KVRestarting", "KVTelemetryAbsent", "KVTrafficDropped", "KVNotReady"}},
	{job: "stopped", on: func(_ *testing.T, p *recording.Program) { p.Kill() }},
	{job: "draining", args: []string{"-drain", "1h"}, on: func(_ *testing.T, p *recording.Program) { p.Drain() }},
	{job: "busy", dwell: hush, rate: 2.5 * usualRate, also: latencyToo},
	{job: "kv-errors", kind: recording.KVServer, dwell: hush, on: turn("errors"), also: errorsToo},
	{job: "kv-slow", kind: recording.KVServer, dwell: hush, on: turn("slow")},
	{job: "kv-lag", kind: recording.KVServer, on: turn("lag"), also: []string{"KVNotReady"}},
	{job: "kv-disk", kind: recording.KVServer, on: turn("disk"), also: []string{"KVDiskFilling"}},
	{job: "kv-engine", kind: recording.KVServer, on: turn("engine"), also: append([]string{"KVCheckUnknown", "KVStoreHung", "KVTrafficDropped", "KVReplicaDisconnected"}, errorsToo...)},
}

func (tr *trial) healthy() bool { return tr.on == nil && !tr.again && tr.rate == 0 }

func healthy(job string) bool {
	return slices.ContainsFunc(trials, func(tr *trial) bool { return tr.job == job && tr.healthy() })
}

// grouped makes the control group of a trial, or reports that the trial is left out.
func (tr *trial) grouped(t *testing.T) (ok bool) {
	t.Helper()
	tr.take, ok = recording.MemoryGroup(t, tr.job, tr.memory)
	return ok
}

// may reports whether an alert may be true for a job.
func may(alert, job string) bool {
	if slices.ContainsFunc(witnesses, func(w witness) bool {
		return strings.HasPrefix(w.rule, alert+" ") && slices.Contains(w.jobs, job)
	}) {
		return true
	}
	return slices.ContainsFunc(trials, func(tr *trial) bool { return tr.job == job && slices.Contains(tr.also, alert) })
}
