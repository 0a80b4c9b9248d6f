package scenarios

import (
	"os"
	"strings"
	"testing"
)

// reasons are why nobody notices mutants: the rule or its beginning, and the mutation, with … between
// what is in it. What says "no scenario" can be noticed by one that somebody writes.
var reasons = []struct{ rule, what, why string }{
	{"KV", "label job …", "no scenario has a namesake whose target is there while this one's is not, or whose telemetry is"},
	{"KV", "label instance …", "the same"},
	{"KVDisk", `drop kvdb_resource="disk" of …`, "of the shares in use only the disk's has the labels of a store, which the rule joins by"},
	{"KVDiskFilling warning", "label …unless on (", "no scenario has twins of which one was paged; the days have"},
	{"KVDiskFilling warning", "threshold -1 …", "the share in use guards where nothing grows; without growth the forecast is the share"},
	{"KVDiskFilling warning", "…of kvdb_utilization_ratio{", "of the two forecasts the one that looks back for two hours is the narrower one here"},
	{"KVDiskFilling warning", "twice kvdb_utilization_ratio{", "the same"},
	{"KVDiskFilling warning", "operator last_over_time(kvdb_in_flight[5m]) and on (job, instance) up", "the forecast ends with its series"},
	{"KVDiskFilling warning", "…kvdb_in_flight…", "the same"},
	{"KVDiskFilling warning", "name up", "the same"},
	{"KVDiskFilling warning", "number …", "no scenario fills from less than the share that guards; the other forecast has the same numbers, and is noticed"},
	{"KVDiskFilling warning", "…ALERTS{", "the forecast leaves a disk out by itself some minutes later, and the alert waits for longer than these"},
	{"KVSaturationHigh", "drop kvdb_resource…", "no scenario has a disk beside CPU and memory"},
	{"KVEngineFailed critical", "aggregation max sum …", "one operation is enough"},
	{"KVFreelistBloated warning", "twice kvdb_engine_…", "the size of the list, and the others, are forgotten first"},
	{"KVReplicaDisconnected critical", "twice kvdb_replication_connected[1h]", "what has come in its place is looked for in the same hour"},
	{"operation:kvdb_errors:rate5m", "aggregation max sum …", "no scenario has two types of errors"},
	{"operation:kvdb_timed:rate5m", "…", "no scenario has two types of errors, and native histograms change at once in none"},
	{"operation:kvdb_slow:rate5m", "…", "operands of the or stand for each other; the proof with real programs has the three worlds"},
	{"service:kvdb_slow:rate5m", "aggregation max sum …", "no scenario has slow operations of two kinds or instances"},
	{"KVErrorBudgetBurn critical", "…of service:kvdb_requests:rate5m[", "the traffic is steady, so that its mean is the same in all windows"},
	{"KVErrorBudgetBurn critical", "twice service:kvdb_requests:rate5m[", "the same"},
	{"KVErrorBudgetBurn critical", "…service:kvdb_errors:rate5m[30m]", "the five minutes begin and end before, except after a pause; the guard is of the same window"},
	{"KVLatencyBudgetBurn critical", "…of service:kvdb_timed:rate5m[", "the traffic is steady, so that its mean is the same in all windows"},
	{"KVLatencyBudgetBurn critical", "twice service:kvdb_timed:rate5m[", "the same"},
	{"KVLatencyBudgetBurn critical", "…service:kvdb_slow:rate5m[30m]", "the five minutes begin and end before, except after a pause; the guard is of the same window"},
	{"KVErrorBudgetBurn warning", "label …", "no scenario has twins of which one was paged; the days have"},
	{"KVLatencyBudgetBurn warning", "label …", "the same"},
	{"KVErrorBudgetBurn warning", "drop alertname=…", "no other critical alert about the store fires"},
	{"KVLatencyBudgetBurn warning", "drop alertname=…", "the same"},
	{"KVErrorBudgetBurn warning", "…service:kvdb_requests:rate5m", "the traffic is steady, and the pair of a day is within the pair of three, see below"},
	{"KVLatencyBudgetBurn warning", "…service:kvdb_timed:rate5m", "the same"},
	{"KVErrorBudgetBurn warning", "…service:kvdb_errors:rate5m", "three times as fast for a day is as fast as it may be for three: no scenario has much more traffic two days before"},
	{"KVLatencyBudgetBurn warning", "…service:kvdb_slow:rate5m", "the same"},
	{"KVErrorBudgetBurn warning", "number …", "the same"},
	{"KVLatencyBudgetBurn warning", "number …", "the same"},
	{"KVLatencyHigh critical", "aggregation max sum …", "no scenario has two types of errors"},
	{"KVLatencyHigh critical", "…db_client_operation_duration_seconds…", "the guard of slow operations, which is recorded, has the same matcher and window, and is noticed"},
	{"KVCanceledHigh warning", "aggregation max sum …", "there is one series of each outcome"},
	{"KVConflictsHigh warning", "aggregation max sum …", "the same"},
	{"KVCapacityHigh warning", "aggregation max sum …", "no scenario has two operations near the capacity"},
	{"KVTrafficDropped warning", "number 0.2 to 0.4", "no scenario has a batch that ends after seven tenths of three hours"},
	{"instance:kvdb_telemetry:group", "…", "its value is not used, and series of one instance share the other labels"},
	{"KVRestarting critical", "…instance:kvdb_telemetry:group[15m]", "a program that has started tells of itself"},
	{"KVRestarting critical (2)", "…process_start_time_seconds…", "what is scraped has it all the time, and what pushes never"},
	{"KVRestarting critical (2)", "number 300 to 600", "one of both windows says it first; the other one is noticed"},
	{"KVRestarting critical (2)", "…process_uptime_seconds…", "the same"},
	{"KVTelemetryAbsent critical", "aggregation count group …", "the value is not used"},
	{"KVTelemetryAbsent critical", "label …", "no scenario has twins in two environments, one of which is a target only"},
	{"KVTelemetryAbsent critical", "…instance:kvdb_telemetry:group[1d]", "no scenario is silent for half a day"},
	{"KVTelemetryLossy warning", "aggregation max sum …", "there is one component of each kind"},
	{"KVTelemetryLossy warning", "label otel_component_name …", "the series have no such label"},
	{"KVWatchdog none", "…", "it fires always, whatever its value is"},
	{"KVCheckUnknown", "drop health_…", "no scenario has a check that is known and one, which is another series; the proof with real programs has"},
}

// TestReasons: each mutant that nobody notices has a reason, and each reason a mutant.
func TestReasons(t *testing.T) {
	text, err := os.ReadFile(unnoticed)
	if err != nil {
		t.Fatal(err)
	}
	used := make([]bool, len(reasons))
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		found := false
		for i, r := range reasons {
			name, what, _ := strings.Cut(line, ": ")
			if strings.HasPrefix(name, r.rule) && matches(what, r.what) {
				used[i], found = true, true
				break
			}
		}
		if !found {
			t.Errorf("nothing says why nobody notices %s", line)
		}
	}
	for i, r := range reasons {
		if !used[i] {
			t.Errorf("nobody needs the reason %+v", r)
		}
	}
}

// matches says whether a text begins with a pattern and has what is between its …, in this order.
func matches(text, pattern string) bool {
	for i, word := range strings.Split(pattern, "…") {
		at := strings.Index(text, word)
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		text = text[at+len(word):]
	}
	return true
}
