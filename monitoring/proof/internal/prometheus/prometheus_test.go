package prometheus_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

func open(t *testing.T) *prometheus.DB {
	t.Helper()
	db, err := prometheus.Open(t.TempDir(), prometheus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// shipped writes the rules that the parameters make.
func shipped(t *testing.T, p generate.Parameters) string {
	t.Helper()
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "rules.yaml")
}

// TestRulesFire: the shipped rules are evaluated at the times that the caller says, and
// notify as a server does, each alert after its for.
func TestRulesFire(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	began := time.UnixMilli(1_700_000_000_000)
	var lag []time.Duration // after the beginning, of the notifications
	now := began
	groups, err := db.LoadRules(ctx, shipped(t, generate.Defaults()), time.Minute, time.Hour, func(_ context.Context, _ string, alerts ...*rules.Alert) {
		for _, a := range alerts {
			if a.Labels.Get("alertname") == "KVReplicationLagHigh" {
				lag = append(lag, now.Sub(began))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	series := func(name string) labels.Labels {
		return labels.FromStrings("__name__", name, "job", "shop", "instance", "a", "kvdb_replica", "r1", "db_namespace", "stock")
	}
	for i := range 5 {
		now = began.Add(time.Duration(i) * time.Minute)
		app := db.Appender(ctx)
		for name, v := range map[string]float64{"kvdb_replication_lag_seconds": 30, "kvdb_replication_connected": 1} {
			if _, err := app.Append(0, series(name), now.UnixMilli(), v); err != nil {
				t.Fatal(err)
			}
		}
		if err := app.Commit(); err != nil {
			t.Fatal(err)
		}
		groups.Eval(ctx, now)
	}
	if len(lag) != 1 || lag[0] != 2*time.Minute {
		t.Errorf("KVReplicationLagHigh was notified after %v, want once after two minutes", lag)
	}
	for _, r := range groups.Rules() {
		if err := r.LastError(); err != nil {
			t.Errorf("%s: %v", r.Name(), err)
		}
	}
	recorded, err := db.Query(ctx, `"store:kvdb_replication_connected:sum"`, now)
	if err == nil {
		t.Errorf("a string is answered with %v", recorded)
	}
	if recorded, err = db.Query(ctx, `store:kvdb_replication_connected:sum`, now); err != nil || len(recorded) != 1 {
		t.Errorf("recorded are %v, %v", recorded, err)
	}
	if firing, err := db.Query(ctx, `ALERTS{alertstate="firing", alertname="KVReplicationLagHigh"}`, now); err != nil || len(firing) != 1 {
		t.Errorf("firing are %v, %v", firing, err)
	}
	all, err := db.QueryRange(ctx, `kvdb_replication_lag_seconds`, began, now, time.Minute)
	if err != nil || len(all) != 1 || len(all[0].Floats) != 5 {
		t.Errorf("the lag was %v, %v", all, err)
	}
}

// TestLate: a sample may be as much older than others as the options say.
func TestLate(t *testing.T) {
	db, err := prometheus.Open(t.TempDir(), prometheus.Options{Late: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	began := time.UnixMilli(1_700_000_000_000)
	for i, at := range []time.Time{began.Add(24 * time.Hour), began} {
		app := db.Appender(t.Context())
		if _, err := app.Append(0, labels.FromStrings("__name__", "m", "n", string(rune('a'+i))), at.UnixMilli(), 1); err != nil {
			t.Fatal(err)
		}
		if err := app.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}
