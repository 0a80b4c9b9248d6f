package fault_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A seen is the series that an alert reads, and what it is under a fault.
type seen struct {
	kind, engine string
	series       string
	true         func(before, now float64) bool
	steps        time.Duration // of the series
	stays        bool          // after the fault
}

func grows(before, now float64) bool { return now > before }

func above(limit float64) func(float64, float64) bool {
	return func(_, now float64) bool { return now > limit }
}

func is(want float64) func(float64, float64) bool {
	return func(_, now float64) bool { return now == want }
}

// Those of restart, telemetry and memory are in tests of their own, and idle is quickstart's.
var kinds = []seen{
	{kind: "errors", engine: "memory", series: `kvdb_errors_total\{.*error_type="unavailable".*`, true: grows},
	{kind: "slow", engine: "memory", series: `db_client_operation_duration_seconds_sum\{.*`, true: func(before, now float64) bool { return now > before+0.29 }},
	{kind: "lag", engine: "memory", series: `kvdb_replication_lag_seconds\{.*kvdb_replica="simulated".*`, true: above(29)},
	{kind: "replica", engine: "pebble", series: `health_check_status\{.*health_check_name="replication",health_state="(warn|fail)"\}`, true: is(1)},
	{kind: "disk", engine: "pebble", series: `kvdb_utilization_ratio\{.*kvdb_resource="disk".*`, true: above(0.94)},
	{kind: "fulldisk:1s", engine: "bolt", series: `kvdb_utilization_ratio\{.*kvdb_resource="disk".*`, true: is(1)},
	{kind: "stall", engine: "pebble", series: `kvdb_engine_write_stall_time_seconds_total\{.*`, true: grows, steps: 11 * time.Second},
	{kind: "stall", engine: "badger", series: `kvdb_engine_write_stall_time_seconds_total\{.*`, true: grows, steps: 11 * time.Second},
	{kind: "disk", engine: "badger", series: `kvdb_utilization_ratio\{.*kvdb_resource="disk".*`, true: above(0.94)},
	{kind: "slowdisk", engine: "pebble", series: `kvdb_engine_disk_slow_total\{.*`, true: grows, steps: 11 * time.Second},
	{kind: "oldread", engine: "bolt", series: `kvdb_engine_read_transaction_oldest_age_seconds\{.*`, true: above(3)},
	{kind: "freelist", engine: "bolt", series: `kvdb_engine_freelist_size_bytes\{.*`, true: above(4 << 20)}, // all of its 2 GiB
	{kind: "engine", engine: "pebble", series: `kvdb_engine_failed\{.*`, true: is(1), stays: true},
	{kind: "engine", engine: "bolt", series: `kvdb_engine_failed\{.*`, true: is(1), stays: true},
	{kind: "hang", engine: "memory", series: `kvdb_in_flight_oldest_own_age_seconds\{.*`, true: above(3)},
	{kind: "canceled", engine: "pebble", series: `kvdb_requests_total\{.*kvdb_outcome="canceled".*`, true: grows},
	{kind: "conflicts", engine: "memory", series: `kvdb_requests_total\{.*kvdb_outcome="conflict".*`, true: grows},
	{kind: "unknown", engine: "memory", series: `health_check_status\{.*health_check_name="database",health_state="unknown"\}`, true: is(1)},
	{kind: "saturation", engine: "memory", series: `process_cpu_seconds_total`, true: func(before, now float64) bool { return now > before+0.1 }, steps: time.Second},
}

// TestKvserver: what an alert reads moves under the fault, switched on by -fault and by POST, and
// no more after it. Each fault is in a program of its own, beside the others.
func TestKvserver(t *testing.T) {
	process.Long(t)
	t.Parallel()
	for _, byFlag := range []bool{false, true} {
		t.Run(fmt.Sprintf("by flag %t", byFlag), func(t *testing.T) {
			for _, s := range kinds {
				if byFlag && s.kind == "freelist" { // once is enough for what takes longest
					continue
				}
				t.Run(s.kind+" "+s.engine, func(t *testing.T) {
					t.Parallel()
					s.seen(t, byFlag)
				})
			}
		})
	}
}

func (s seen) seen(t *testing.T, byFlag bool) {
	args := []string{"-engine", s.engine, "-sync=false"}
	if byFlag {
		args = append(args, "-fault", s.kind)
	}
	r := start(t, "kvserver", args...)
	if !byFlag {
		if s.holds(r, time.Second) {
			t.Errorf("%s says so before the fault", s.series)
		}
		r.turn(s.kind)
	}
	r.soon(s.kind, func() bool { return s.holds(r, time.Second) })
	r.turn("none")
	if s.stays {
		if !s.holds(r, 0) {
			t.Error("it has ended with the fault")
		}
		r.Stop(t) // its store does not close well
		return
	}
	r.soon("the end of "+s.kind, func() bool { return !s.holds(r, s.steps) })
	r.stop()
}

// holds reports whether the series says that the fault is on, within a time in which a client
// makes some calls.
func (s seen) holds(r *running, within time.Duration) bool {
	r.t.Helper()
	before, _ := r.series(s.series)
	calls := time.NewTicker(20 * time.Millisecond)
	defer calls.Stop()
	over := time.After(within)
	for {
		if s.engine != "bolt" && s.kind != "saturation" {
			_, _ = r.do("SET key value")
			_, _ = r.do("GET key")
		}
		select {
		case <-calls.C:
			continue
		case <-over:
		}
		now, n := r.series(s.series)
		return n > 0 && s.true(before, now)
	}
}

// soon is eventually, for what takes minutes on a machine that is busy: 2 GiB of free pages.
func (r *running) soon(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !ok(); {
		if time.Now().After(deadline) {
			r.t.Fatalf("no sign of %s", what)
		}
	}
}

// TestKinds: each kind is in the table, or has a test of its own.
func TestKinds(t *testing.T) {
	own := "none idle memory telemetry restart"
	for k := range fault.Restart + 1 {
		listed := slices.ContainsFunc(kinds, func(s seen) bool { return strings.HasPrefix(s.kind+":", k.String()+":") })
		if listed == slices.Contains(strings.Fields(own), k.String()) {
			t.Errorf("%v: in the table %t", k, listed)
		}
	}
}
