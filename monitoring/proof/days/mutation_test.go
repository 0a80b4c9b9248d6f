package days

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// A mutation is a rule that somebody got wrong.
type mutation struct {
	alert, severity string
	change          string // "for", or what is replaced in the expression
	by              string
}

func (m mutation) of(t *testing.T) rulefmt.Rule {
	t.Helper()
	all := book(t)
	at := slices.IndexFunc(all, func(r rulefmt.Rule) bool { return r.Alert == m.alert && r.Labels["severity"] == m.severity })
	if at < 0 {
		t.Fatalf("there is no %s %s", m.severity, m.alert)
	}
	r := all[at]
	if m.change == "for" {
		if r.For == 0 {
			t.Fatalf("%s does not wait", m.alert)
		}
		r.For = model.Duration(0)
		return r
	}
	if !strings.Contains(r.Expr, m.change) {
		t.Fatalf("%s has no %q: %s", m.alert, m.change, r.Expr)
	}
	r.Expr = strings.Replace(r.Expr, m.change, m.by, 1)
	return r
}

// fires says whether an alert of the rule fires on the day.
func fires(t *testing.T, d *Day, r rulefmt.Rule) bool {
	t.Helper()
	found, err := d.Evaluate(t.Context(), r, prometheus.Nowhere)
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}

// TestMutations: a rule without its guard or its wait, or with a comparison the wrong way,
// fires on a healthy day; the shipped one does not.
func TestMutations(t *testing.T) {
	t.Parallel()
	d, sent := pass(t, Healthy(Text)...)
	if pages := Pages(sent); len(pages) > 0 {
		t.Fatal(pages)
	}
	for _, m := range []mutation{
		{"KVErrorRatioHigh", critical, "for", ""},
		{"KVErrorRatioHigh", critical, "and operation:kvdb_errors:rate5m * 300 >= 10", ""},
		{"KVErrorRatioHigh", critical, "> 0.01", "< 0.01"},
		{"KVLatencyHigh", critical, "for", ""},
		{"KVCanceledHigh", warning, "for", ""},
		{"KVConflictsHigh", warning, "for", ""},
		{"KVSaturationHigh", warning, "for", ""},
		{"KVDiskFull", critical, "> 0.9", "< 0.9"},
		{"KVStoreHung", critical, "for", ""},
		{"KVReadTransactionOld", warning, "for", ""},
		{"KVReplicaDisconnected", critical, "for", ""},
		{"KVReplicationLagHigh", critical, "for", ""},
		{"KVRestarting", critical, "> 2", "> 1"},
		{"KVTelemetryAbsent", critical, "for", ""},
		{"KVTelemetryLossy", warning, "for", ""},
		{"KVCheckUnknown", critical, "for", ""},
		{"KVNotReady", critical, "for", ""},
	} {
		t.Run(m.alert+" "+m.change, func(t *testing.T) {
			if !fires(t, d, m.of(t)) {
				t.Error("nothing fires")
			}
		})
	}
}

// TestSickMutations: with a threshold that is too high nobody hears of a fault, and without
// inhibition or grouping somebody hears of it more than once.
func TestSickMutations(t *testing.T) {
	t.Parallel()
	days := SickDays()
	at := slices.IndexFunc(days, func(s Sick) bool { return s.Alert == "KVErrorRatioHigh" })
	d, _ := pass(t, days[at].Service())
	if fires(t, d, mutation{"KVErrorRatioHigh", critical, "> 0.01", "> 0.5"}.of(t)) {
		t.Error("a threshold of 50 % is passed by one in ten")
	}
	shipped := string(shipped(t, "alertmanager.yaml"))
	open, _, _ := strings.Cut(shipped, "inhibit_rules:")
	if pages := Pages(deliver(t, d, open)); len(pages) < 2 {
		t.Errorf("without inhibition there are %d pages", len(pages))
	}
	apart := strings.Replace(shipped, "job, alertname]", "job, alertname, instance]", 1)
	if pages := Pages(deliver(t, d, apart)); len(pages) < 3 {
		t.Errorf("grouped by instance there are %d pages, want one for each", len(pages))
	}
}
