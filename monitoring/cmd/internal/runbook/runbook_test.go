package runbook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/runbook"
)

// The thresholds of a deployment are in its runbooks, and none of others.
func TestThresholds(t *testing.T) {
	s := &alert.Scope{P99: 50 * time.Millisecond, Errors: 0.035, Saturation: 0.66, Lag: 7 * time.Second, Disk: 0.85, Capacity: 1234}
	for _, test := range []struct{ name, want string }{
		{"KVErrorRatioHigh", "3.5 %"},
		{"KVLatencyHigh", "50ms"},
		{"KVLatencyBudgetBurn", "50ms"},
		{"KVSaturationHigh", "66 %"},
		{"KVReplicationLagHigh", "7s"},
		{"KVDiskFull", "85 %"},
		{"KVDiskFilling", "(0.85 - kvdb_utilization_ratio"},
		{"KVCapacityHigh", "1234 operations a second"},
	} {
		found := false
		for _, a := range alert.All() {
			if a.Name != test.name {
				continue
			}
			found = true
			text, err := runbook.Text(a, nil, s)
			if err != nil || !strings.Contains(text, test.want) {
				t.Errorf("%s: %v, without %q:\n%s", a.Name, err, test.want, text)
			}
		}
		if !found {
			t.Errorf("no alert %s", test.name)
		}
	}
}

func TestAlertWithoutText(t *testing.T) {
	if text, err := runbook.Text(alert.Alert{Name: "KVOther", Description: "what it is"}, nil, new(alert.Scope)); err == nil {
		t.Errorf("got %q", text)
	}
}
