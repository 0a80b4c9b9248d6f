package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A seen is what one sees of a fault.
type seen struct {
	engine, kind string
	series       string                         // without its common labels
	true         func(before, now float64) bool // of the series, under the fault
	check        string                         // that is not well then, if one is
	state        string                         // of the check
	line         func(line map[string]any) bool // that is written, if one is
	stays        bool                           // after the fault
}

func above(limit float64) func(before, now float64) bool {
	return func(_, now float64) bool { return now > limit }
}

func grows(before, now float64) bool { return now > before }

// faultsSeen are the faults of which metric, probe and log say something, on each engine that can
// have them.
var faultsSeen = []seen{
	{engine: "pebble", kind: "replica", series: `kvdb_replication_connected{kvdb_replica="simulated"}`, true: is(0), check: "replication", state: "warn"},
	{engine: "bolt", kind: "lag", series: `kvdb_replication_lag_seconds{kvdb_replica="simulated"}`, true: above(29), check: "replication", state: "fail"},
	{engine: "pebble", kind: "canceled", series: `kvdb_requests_total{db_operation_name="get",kvdb_outcome="canceled"}`, true: grows},
	{engine: "pebble", kind: "conflicts", series: `kvdb_requests_total{db_operation_name="BATCH",kvdb_outcome="conflict"}`, true: grows},
	{engine: "bolt", kind: "conflicts", series: `kvdb_requests_total{db_operation_name="update",kvdb_outcome="conflict"}`, true: grows},
	{engine: "pebble", kind: "hang", series: `kvdb_in_flight_oldest_age_seconds{}`, true: above(3)},
	{engine: "bolt", kind: "fulldisk:1s", series: `kvdb_utilization_ratio{kvdb_resource="disk"}`, true: is(1), check: "disk", state: "fail"},
	{engine: "pebble", kind: "unknown", series: `health_check_age_seconds{health_check_kind="readiness",health_check_name="database"}`, true: above(3), check: "database", state: "unknown"},
	{engine: "pebble", kind: "stall", series: `kvdb_engine_write_stall_time_seconds_total{}`, true: grows},
	{engine: "badger", kind: "stall", series: `kvdb_engine_write_stall_time_seconds_total{}`, true: grows},
	{engine: "badger", kind: "disk", series: `kvdb_utilization_ratio{kvdb_resource="disk"}`, true: is(0.95), check: "disk", state: "fail"},
	{engine: "badger", kind: "lag", series: `kvdb_replication_lag_seconds{kvdb_replica="simulated"}`, true: above(29), check: "replication", state: "fail"},
	{engine: "badger", kind: "replica", series: `kvdb_replication_connected{kvdb_replica="simulated"}`, true: is(0), check: "replication", state: "warn"},
	{engine: "badger", kind: "canceled", series: `kvdb_requests_total{db_operation_name="get",kvdb_outcome="canceled"}`, true: grows},
	{engine: "badger", kind: "conflicts", series: `kvdb_requests_total{db_operation_name="update",kvdb_outcome="conflict"}`, true: grows},
	{engine: "badger", kind: "hang", series: `kvdb_in_flight_oldest_age_seconds{}`, true: above(3)},
	{engine: "badger", kind: "unknown", series: `health_check_age_seconds{health_check_kind="readiness",health_check_name="database"}`, true: above(3), check: "database", state: "unknown"},
	{engine: "badger", kind: "errors", series: `kvdb_errors_total{db_operation_name="get",error_type="unavailable"}`, true: grows},
	{engine: "pebble", kind: "slowdisk", series: `kvdb_engine_disk_slow_total{}`, true: grows, line: notice("disk_slow")},
	{engine: "bolt", kind: "oldread", series: `kvdb_engine_read_transaction_oldest_age_seconds{}`, true: above(3)},
	{engine: "pebble", kind: "saturation", series: `kvdb_utilization_ratio{kvdb_resource="cpu"}`, true: grows},
	{engine: "bolt", kind: "engine", series: `kvdb_engine_failed{}`, true: is(1), check: "engine failure", state: "fail", line: notice("engine_failed"), stays: true},
	{engine: "pebble", kind: "engine", series: `kvdb_engine_failed{}`, true: is(1), check: "engine failure", state: "fail", line: notice("engine_failed"), stays: true},
}

func is(want float64) func(before, now float64) bool {
	return func(_, now float64) bool { return now == want }
}

func notice(name string) func(map[string]any) bool {
	return func(line map[string]any) bool { return line["notice"] == name }
}

// labels completes the name of a series with what all of a store have.
func labels(engine, series string) string {
	if strings.HasPrefix(series, "health_") || strings.HasPrefix(series, "process_") || strings.Contains(series, `"cpu"`) {
		return series
	}
	name, own, _ := strings.Cut(series, "{")
	system := map[string]string{"pebble": "pebble", "bolt": "bbolt", "badger": "badger"}[engine]
	all := append(strings.Split(strings.TrimSuffix(own, "}"), ","), `db_namespace="quickstart"`, `db_system_name="`+system+`"`)
	all = slices.DeleteFunc(all, func(l string) bool { return l == "" })
	slices.Sort(all)
	return name + "{" + strings.Join(all, ",") + "}"
}

// TestFaultsAreSeen: what an alert reads moves under the fault, probe and line say so, and all is
// well again after it. Since statistics are read every ten seconds, all faults are on at once, each in
// a program of its own.
func TestFaultsAreSeen(t *testing.T) {
	process.Long(t)
	programs := make([]*quickstart, len(faultsSeen))
	before := make([]float64, len(faultsSeen))
	for i, f := range faultsSeen {
		programs[i] = start(t, freePorts("-pprof", "", "-engine", f.engine, "-rate", "100")...)
		before[i] = f.read(t, programs[i])
	}
	for i, f := range faultsSeen {
		f.turn(t, programs[i], f.kind)
	}
	for i, f := range faultsSeen {
		f.wantSeen(t, programs[i], before[i])
	}
	for i, f := range faultsSeen {
		f.turn(t, programs[i], "none")
	}
	for i, f := range faultsSeen {
		f.wantGone(t, programs[i])
		if f.stays { // so that the store does not close well
			programs[i].Stop(t)
			continue
		}
		programs[i].stop()
	}
}

func (f seen) turn(t *testing.T, p *quickstart, kind string) {
	t.Helper()
	if res := call(t, http.MethodPost, p.web+"/fault?kind="+kind); res.status != http.StatusOK {
		t.Fatalf("POST %s: %+v", kind, res)
	}
}

// read returns the value of the series.
func (f seen) read(t *testing.T, p *quickstart) float64 {
	t.Helper()
	return sample(t, p, labels(f.engine, f.series))
}

func (f seen) failing(t *testing.T, p *quickstart) bool {
	t.Helper()
	return f.check == "" || f.state == "" || strings.Contains(get(t, p.web+"/metrics"), `health_check_name="`+f.check+`",health_state="`+f.state+`"} 1`+"\n")
}

func (f seen) wantSeen(t *testing.T, p *quickstart, before float64) {
	t.Helper()
	p.eventually(f.kind+" in "+f.series, func() bool { return f.true(before, f.read(t, p)) })
	p.eventually(f.kind+" in the check "+f.check, func() bool { return f.failing(t, p) })
	if f.line != nil {
		p.eventually(f.kind+" in a line", func() bool { return slices.ContainsFunc(p.lines(), f.line) })
	}
}

func (f seen) wantGone(t *testing.T, p *quickstart) {
	t.Helper()
	if f.stays {
		if !f.failing(t, p) {
			t.Errorf("%s ended with the fault", f.kind)
		}
		return
	}
	p.eventually("the end of "+f.kind, func() bool {
		before, now := f.read(t, p), f.read(t, p)
		return !f.true(before, now)
	})
	p.eventually("readiness after "+f.kind, func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })
}

// TestIdle: the load stops, and goes on.
func TestIdle(t *testing.T) {
	p := start(t, freePorts("-pprof", "", "-fault", "idle")...)
	requests := func() float64 {
		return sample(t, p, labels("pebble", `kvdb_requests_total{db_operation_name="get",kvdb_outcome="ok"}`))
	}
	before := requests()
	p.eventually("the loop of the load", func() bool { return strings.Contains(get(t, p.web+"/metrics"), "kvdb_in_flight{") })
	if now := requests(); now != before {
		t.Errorf("%v requests while the load is idle", now-before)
	}
	call(t, http.MethodPost, p.web+"/fault?kind=none")
	p.eventually("requests", func() bool { return requests() > before })
	p.stop()
}
