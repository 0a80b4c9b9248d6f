package runbooks

import (
	"bytes"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/proxy"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

const watchdog = "KVWatchdog"

// A trial is a program under a fault, and the runbooks that are for it.
type trial struct {
	name    string // and the job
	program string
	args    []string
	env     []string
	log     string // where its lines go, if not to a file of its own
	books   []string

	only    string   // of their blocks, those that have this text
	alerted []string // of the runbooks, those whose alert has to hold first in spite of only
	sights  []sight  // what blocks have to print
	memory  int      // the limit of a control group of its own, in bytes; 0 for none

	before func(*testing.T, *trial) // makes what the program needs

	settle time.Duration               // of normal traffic, before
	on     func(*testing.T, *instance) // turns the fault on, if it is not from the start

	primary, replica *redisserver.Server // of the store, if it is on one
	link             *proxy.Proxy        // of another replica
	saves            string              // the directory of the primary
	anew             time.Time           // when the primary was started anew
}

func with(fault string, more ...string) []string { return append([]string{"-fault", fault}, more...) }

// trials are all of them, those that take long first.
var trials = slices.Concat(ownTrials, redisTrials)

// What the tool of bbolt has to print of a file that a program has left.
var (
	isWhole  = sees("bbolt check", `^OK\s*$`)
	isCopied = sees("bbolt compact", `^\d+ -> [1-9]\d* bytes \(gain=`)
)

// ownTrials are the faults of a program.
var ownTrials = []*trial{
	{name: "slowdisk", program: "quickstart", args: with("slowdisk"), books: []string{"KVDiskSlow"}},
	{name: "freelist", program: "quickstart", args: with("freelist", "-engine", "bolt"), books: []string{"KVFreelistBloated"}, sights: []sight{sees("bbolt compact", `^\d+ -> \d+ bytes \(gain=([2-9]|\d\d+)\.`)}},
	{name: "oldread", program: "quickstart", args: with("oldread", "-engine", "bolt"), books: []string{"KVReadTransactionOld"}},
	{name: "idle", program: "quickstart", settle: 45 * time.Second, on: func(t *testing.T, p *instance) { p.turn(t, "idle") }, books: []string{"KVTrafficDropped"}},
	{name: "hang", program: "kvserver", args: with("hang"), books: []string{"KVStoreHung"}},
	{name: "stall", program: "quickstart", args: with("stall"), books: []string{"KVWriteStalled"}},
	{name: "badger-stall", program: "quickstart", args: with("stall", "-engine", "badger"), books: []string{"KVWriteStalled"}, only: "kvdb_engine_l0_stall_time"},
	{name: "badger-disk", program: "quickstart", args: with("disk", "-engine", "badger"), books: []string{"KVDiskFull"}, only: "kvdb_engine_value_log_garbage"},
	{name: "restart", program: "quickstart", args: with("restart:5s"), books: []string{"KVRestarting"}},
	{name: "saturation", program: "quickstart", args: with("saturation", "-rate", "150"), env: []string{"GOMAXPROCS=1"}, books: []string{"KVSaturationHigh", "KVCapacityHigh"}},
	{name: "memory", program: "quickstart", args: with("memory"), memory: 768 << 20, books: []string{"KVSaturationHigh"}, only: `kvdb_resource="memory"}`},
	{name: "errors", program: "quickstart", args: with("errors"), books: []string{"KVErrorRatioHigh", "KVErrorBudgetBurn"}},
	{name: "slow", program: "quickstart", args: with("slow"), books: []string{"KVLatencyHigh", "KVLatencyBudgetBurn"}},
	{name: "fulldisk", program: "quickstart", args: with("fulldisk:30s"), books: []string{"KVDiskFull", "KVDiskFilling", "KVNotReady"}},
	{name: "engine", program: "kvserver", args: with("engine"), books: []string{"KVEngineFailed"}},
	{
		name: "pebble-engine", program: "quickstart", args: with("engine"), only: "pebble db check", books: []string{"KVEngineFailed"}, alerted: []string{"KVEngineFailed"},
		sights: []sight{sees("pebble db check", `^checked [1-9]\d* points? and \d+ tombstones?\s*$`)},
	},
	{
		name: "bolt-engine", program: "quickstart", args: with("engine", "-engine", "bolt"), only: tools["bolt"], books: []string{"KVEngineFailed"}, alerted: []string{"KVEngineFailed"},
		sights: []sight{isWhole, isCopied},
	},
	{
		name: "bolt-disk", program: "quickstart", args: with("disk", "-engine", "bolt"), only: tools["bolt"], books: []string{"KVDiskFull"}, alerted: []string{"KVDiskFull"},
		sights: []sight{isCopied},
	},
	{
		name: "bolt-restart", program: "quickstart", args: with("restart:5s", "-engine", "bolt"), only: tools["bolt"], books: []string{"KVRestarting"},
		on: startsAgain, sights: []sight{isWhole},
	},
	{name: "unknown", program: "kvserver", args: with("unknown"), books: []string{"KVCheckUnknown"}},
	{name: "lag", program: "kvserver", args: with("lag"), books: []string{"KVReplicationLagHigh"}},
	{name: "replica", program: "kvserver", args: with("replica"), books: []string{"KVReplicaDisconnected"}},
	{name: "canceled", program: "quickstart", args: with("canceled"), books: []string{"KVCanceledHigh"}},
	{name: "conflicts", program: "quickstart", args: with("conflicts"), books: []string{"KVConflictsHigh"}},
	{
		name: "telemetry", program: "quickstart", args: with("telemetry"), books: []string{"KVTelemetryLossy"},
		env: []string{"OTEL_TRACES_SAMPLER=always_on", "OTEL_BSP_SCHEDULE_DELAY=500", "OTEL_METRIC_EXPORT_INTERVAL=1000"},
	},
	{
		name: "queue", program: "quickstart", books: []string{"KVTelemetryLossy"}, only: "otel_sdk_processor_span_processed_total|",
		env: []string{"OTEL_TRACES_SAMPLER=always_on", "OTEL_BSP_MAX_QUEUE_SIZE=16", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=8"}, before: receiveNothing,
	},
	{name: "lines", program: "quickstart", log: "/dev/full", books: []string{"KVTelemetryLossy"}, only: "kvdb_log_dropped_total"},
	{name: "stopped", program: "quickstart", settle: 20 * time.Second, on: func(_ *testing.T, p *instance) { p.crash() }, books: []string{"KVTelemetryAbsent"}},
	{name: "healthy", program: "quickstart", books: []string{watchdog}},
}

// startsAgain waits until the program has.
func startsAgain(t *testing.T, p *instance) {
	p.Eventually(t, "a second start", func() bool {
		lines, err := os.ReadFile(p.log)
		return err == nil && bytes.Count(lines, []byte(`"message":"started"`)) > 1
	})
}

// receiveNothing lets the program export to a collector that takes connections and never
// answers: whatever the speed of the machine, more is made then than is sent.
func receiveNothing(t *testing.T, tr *trial) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	tr.env = append(tr.env, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+l.Addr().String())
}
