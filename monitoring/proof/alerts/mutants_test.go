package alerts_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/monitoring/proof/internal/mutant"
)

// A survivor is a kind of mutant that the proof need not notice, with the reason.
type survivor struct {
	rule string // its name or the beginning of it
	what string // the beginning of the mutation, and what is in it, with … between
	why  string
}

// maybe is in front of a reason that is a matter of moments: a mutant may be noticed by chance.
const maybe = "usually: "

var survivors = []survivor{
	{"KVDisk", `drop kvdb_resource="disk" of …`, "of the shares in use only the disk's has the labels of a store, which the rule joins by"},
	{"KVSaturationHigh", "operator avg_over_time(…", "either side is enough while the shares are known; what is not known is in promtool's tests"},
	{"KVSaturationHigh critical", `drop kvdb_resource="memory" of …`, maybe + "the disk is full in trials that may be over"},
	{"KVSaturationHigh critical", `invert kvdb_resource="memory" of …`, maybe + "the other operand says it, too"},
	{"KVEngineFailed critical", "operator sum without (db_operation_name) (…corruption…", "no fault damages data; promtool's tests have it"},
	{"KVEngineFailed critical", "threshold…sum without (db_operation_name) (…corruption…", "the same"},
	{"KVErrorBudgetBurn critical", "operator …[2m]…or avg_over_time(service:kvdb_errors:rate5m[12m])…", maybe + "errors that are fast enough for one pair of windows burn the other, too"},
	{"KVLatencyBudgetBurn critical", "operator …[2m]…or avg_over_time(service:kvdb_slow:rate5m[12m])…", maybe + "the same"},
	{"KVErrorBudgetBurn warning", "operator …or avg_over_time(service:kvdb_errors:rate5m[2h24m])…", maybe + "the same"},
	{"KVLatencyBudgetBurn warning", "operator …or avg_over_time(service:kvdb_slow:rate5m[2h24m])…", maybe + "the same"},
	{"KVErrorBudgetBurn warning", "drop alertname…", "what is critical here is among these alerts"},
	{"KVLatencyBudgetBurn warning", "drop alertname…", "the same"},
	{"KVErrorBudgetBurn warning", "drop severity…", maybe + "the critical ones fire first"},
	{"KVLatencyBudgetBurn warning", "drop severity…", maybe + "the same"},
	{"KVReplicaDisconnected critical", "operator kvdb_replication_connected or…", "either side is enough while it is known; what is not known is in promtool's tests"},
	{"operation:kvdb_errors:rate5m", `drop error_type!~"closed|too_large|invalid_argument"…`, "no fault makes these errors, which are the caller's"},
	{"operation:kvdb_errors:rate5m", `value error_type!~"closed|too_large|invalid_argument"…`, "the same"},
	{"operation:kvdb_slow:rate5m", "drop db_operation_name…", "the other operand has the matcher, too, and there is no series without a partner"},
	{"operation:kvdb_slow:rate5m", "value db_operation_name…", "the same"},
	{"operation:kvdb_slow:rate5m", "operator …", maybe + "what is dropped here comes as 0 from the next operand; all operations are observed in the moments that are looked at"},
	{"operation:kvdb_slow:rate5m", "threshold …", maybe + "the same"},
	{"KVRestarting critical", "operator changes(process_start_time_seconds[30s]) > 2 or…", maybe + "what starts every five seconds is often started in both windows; promtool's tests and the days have a back-off, which is so in one"},
	{"instance:kvdb_telemetry:group", "operator process_uptime_seconds and…", "while a store is open, the next operand says the same"},
	{"KVDiskFilling warning", "drop alertname…", "no other alert about the disk fires"},
	{"KVDiskFilling warning", "invert alertname…", maybe + "a disk that is full makes errors, whose alert fires about the same store"},
	{"KVDiskFilling warning", "drop alertstate…", maybe + "what is pending fires soon, and holds back a little earlier"},
	{"KVDiskFilling warning", "invert alertstate…", maybe + "what fires was pending before, within the window"},
	{"KVDiskFilling warning", "threshold -1 predict_linear…", "the same as in excuses"},
	{"KVTelemetryLossy", "threshold -1…", "a program that loses nothing has no series of what is lost"},
	{"KVTelemetryLossy", "drop kvdb_log_reason…", "nothing is left out by sampling here"},
	{"KVTelemetryLossy", "value kvdb_log_reason…", "the same"},
	{"KVTelemetryLossy", "drop error_type…log…", maybe + "programs that are well write too few lines to be seen in each scaled window"},
	{"KVTelemetryLossy", "invert error_type…log…", maybe + "the same"},
	{"KVTelemetryLossy", "value error_type…log…", maybe + "the same"},
	{"KVTelemetryLossy", "operator sum…rate(otel_sdk_exporter_log…", maybe + "excused, see there"},
	{"KVTelemetryLossy", "operator sum…rate(otel_sdk_processor_log…", maybe + "excused"},
	{"KVTelemetryLossy", "operator sum…rate(kvdb_…", "excused"},
	{"KVTelemetryLossy", "threshold 10000 sum…rate(otel_sdk_exporter_log…", maybe + "excused"},
	{"KVTelemetryLossy", "threshold 10000 sum…rate(otel_sdk_processor_log…", maybe + "excused"},
	{"KVTelemetryLossy", "threshold…rate(kvdb_…", "excused"},
	{"KV", "operator last_over_time(kvdb_in_flight[10s]) and on (job, instance) up or…", "a target that is scraped is in both operands; one that is not, or is gone, is in promtool's tests"},
	{"KV", "operator last_over_time(process_uptime_seconds[10s]) and on (job, instance) up or…", "the same"},
	{"KV", "operator last_over_time(kvdb_replication_connected[10s]) and on (job, instance) up or…", "the same"},
	{"KV", "operator last_over_time(health_check_status{…", "the same"},
	{"KV", "operator last_over_time(health_ready{…", "the same"},
	{"KVCheckUnknown critical", "invert health_check_kind…", maybe + "the other operand says it, too"},
	{"KVNotReady critical", "invert health_probe…", "the other operand says it, too"},
	{"KVCheckUnknown critical", "drop health_check_kind…", maybe + "a check of another kind hangs only where a fault has begun with the program"},
	{"KVNotReady critical", `drop health_probe!="startup"…`, "what has been ready has started"},
	{"KVNotReady critical", `value health_probe!="startup"…`, "the same"},
}

// met are the survivors of which a mutant was not noticed.
type met struct {
	mu  sync.Mutex
	all map[int]int // how many mutants
}

func (m *met) add(survivor int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = make(map[int]int)
	}
	m.all[survivor]++
}

// stale wants a mutant of each survivor that nobody notices, as far as the machine was not too
// busy: then more is true than there should be.
func (s *session) stale(t *testing.T) {
	for i, v := range survivors {
		if s.met.all[i] > 0 || strings.HasPrefix(v.why, maybe) {
			continue
		}
		if s.busy.ever() {
			t.Logf("each mutant %q of %s is noticed, and the machine was too busy", v.what, v.rule)
		} else {
			t.Errorf("each mutant %q of %s is noticed, which is said not to be: %s", v.what, v.rule, v.why)
		}
	}
}

func (v survivor) covers(rule string, m mutant.Mutant) bool {
	if !strings.HasPrefix(rule, v.rule) {
		return false
	}
	words := strings.Split(v.what, "…")
	at := 0
	for i, word := range words {
		found := strings.Index(m.What[at:], word)
		if found < 0 || i == 0 && found > 0 {
			return false
		}
		at += found + len(word)
	}
	return true
}

// mutate wants the check to fail for each mutant of an expression.
func (s *session) mutate(t *testing.T, name, expr string, check func(string) error) {
	t.Helper()
	all, err := mutant.Of(expr, mutant.Selectors, mutant.Comparisons)
	if err != nil {
		t.Fatal(err)
	}
	noticed := 0
	for _, m := range all {
		if err := check(m.Expr); err != nil {
			noticed++
			continue
		}
		at := slices.IndexFunc(survivors, func(v survivor) bool { return v.covers(name, m) })
		switch {
		case at >= 0:
			s.met.add(at)
		case s.busy.ever():
			t.Logf("nobody notices, and the machine was too busy: %s", m.What)
		default:
			t.Errorf("nobody notices: %s: %s", m.What, m.Expr)
		}
	}
	t.Logf("%d of %d mutants are noticed", noticed, len(all))
}
