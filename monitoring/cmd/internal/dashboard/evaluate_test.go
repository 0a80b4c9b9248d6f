package dashboard_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

// A moment is what a query of the first screen answers with some series, of which there
// is a sample a minute.
type moment struct {
	id     uint32 // of the panel
	ref    string
	series map[string]string // samples as promtool writes them
	want   map[string]float64
}

const (
	ofStore  = `db_namespace="a", db_system_name="bolt", instance="i", job="j"`
	inStore  = "{" + ofStore + "}"
	getCalls = `{db_namespace="a", db_operation_name="get", db_system_name="bolt", instance="i", job="j"`
)

func with(lists ...map[string]string) map[string]string {
	all := map[string]string{"kvdb_in_flight" + inStore: "0x20"}
	for _, l := range lists {
		for name, samples := range l {
			all[name] = samples
		}
	}
	return all
}

func calls(all, failed string) map[string]string {
	return map[string]string{
		"kvdb_requests_total" + getCalls + `, outcome="ok"}`:           all,
		"kvdb_errors_total" + getCalls + `, error_type="unavailable"}`: failed,
	}
}

// durations are calls of which one in ten takes five seconds.
func durations(all, fast string) map[string]string {
	const name = "db_client_operation_duration_seconds"
	return map[string]string{
		name + "_count" + getCalls + "}":             all,
		name + "_bucket" + getCalls + `, le="0.1"}`:  fast,
		name + "_bucket" + getCalls + `, le="5"}`:    all,
		name + "_bucket" + getCalls + `, le="+Inf"}`: all,
	}
}

var (
	replicas = map[string]string{
		"kvdb_replication_connected{" + ofStore + `, kvdb_replica="r1"}`:   "0x20",
		"kvdb_replication_connected{" + ofStore + `, kvdb_replica="r2"}`:   "1x20",
		"kvdb_replication_lag_seconds{" + ofStore + `, kvdb_replica="r2"}`: "1x20",
	}
	hung = map[string]string{
		"kvdb_in_flight_hung_age_seconds{" + strings.Replace(strings.TrimPrefix(getCalls, "{"), "get", "put", 1) + "}": "31+15x20",
	}
	alerts = map[string]string{
		`ALERTS{alertname="KVLatencyHigh", alertstate="firing", db_operation_name="get", severity="critical", ` + ofStore + "}":         "1x20",
		`ALERTS{alertname="KVLatencyHigh", alertstate="firing", db_operation_name="put", severity="critical", ` + ofStore + "}":         "1x20",
		`ALERTS{alertname="KVDiskFilling", alertstate="firing", severity="warning", ` + ofStore + "}":                                   "1x20",
		`ALERTS{alertname="KVSaturationHigh", alertstate="firing", instance="i", job="j", severity="warning"}`:                          "1x20",
		`ALERTS{alertname="KVSaturationHigh", alertstate="firing", instance="i", job="j", kvdb_resource="memory", severity="critical"}`: "1x20",
		`ALERTS{alertname="KVDiskFull", alertstate="pending", severity="critical", ` + ofStore + "}":                                    "1x20",
		`ALERTS{alertname="KVWatchdog", alertstate="firing", severity="none"}`:                                                          "1x20",
	}
	named = func(label string) string { return strings.TrimSuffix(inStore, "}") + ", " + label + `="get"}` }

	moments = map[string]moment{
		"one failed call is too few":     {4, "A", with(calls("0+1x20", "0x19 1")), map[string]float64{"{}": -1}},
		"a rare failed call is not ill":  {21, "A", with(calls("0+1x20", "0x19 1")), map[string]float64{inStore: 0}},
		"many failed calls":              {4, "A", with(calls("0+100x20", "0+50x20")), map[string]float64{"{}": 0.5}},
		"many failed calls are ill":      {21, "A", with(calls("0+100x20", "0+50x20")), map[string]float64{inStore: 1}},
		"many failed calls have a name":  {21, "D", with(calls("0+100x20", "0+50x20")), map[string]float64{named("failing"): 0.5}},
		"a rare failed call has no name": {21, "D", with(calls("0+1x20", "0x19 1")), nil},
		"no failed call has a name":      {21, "D", with(calls("0+100x20", "0x20")), map[string]float64{inStore: 0}},
		"many slow calls have a name":    {21, "E", with(durations("0+100x20", "0x20")), map[string]float64{named("slowest"): 4.951}},
		"what hangs is the slowest":      {21, "E", with(durations("0+100x20", "0x20"), hung), map[string]float64{strings.Replace(named("slowest"), "get", "put", 1): -1}},
		"what hangs alone has a name":    {21, "E", with(hung), map[string]float64{strings.Replace(named("slowest"), "get", "put", 1): -1}},
		"no slow call has a name":        {21, "E", with(durations("0+100x20", "0+100x20")), map[string]float64{inStore: 0.099}},
		"a rare slow call has no name":   {21, "E", with(durations("0+1x20", "0x20")), nil},
		"no failed call":                 {4, "A", with(calls("0+100x20", "0x20")), map[string]float64{"{}": 0}},
		"no traffic":                     {4, "A", with(calls("5x20", "0x20")), nil},
		"a rare slow call is not ill":    {21, "A", with(durations("0+1x20", "0x20")), map[string]float64{inStore: 0}},
		"a rare slow call is too few":    {5, "A", with(durations("0+1x20", "0x20")), map[string]float64{"{}": -1}},
		"many slow calls are ill":        {21, "A", with(durations("0+100x20", "0x20")), map[string]float64{inStore: 1}},
		"what wakes somebody counts twice": {22, "A", alerts, map[string]float64{
			`{alertname="KVLatencyHigh", db_namespace="a", instance="i", job="j"}`: 2,
			`{alertname="KVDiskFilling", db_namespace="a", instance="i", job="j"}`: 1,
			`{alertname="KVSaturationHigh", instance="i", job="j"}`:                2,
		}},
		"as many are counted":              {1, "A", alerts, map[string]float64{"{}": 3}},
		"a replica is not connected":       {8, "A", with(replicas), map[string]float64{"{}": -1}},
		"its store's lag is not known":     {21, "H", with(replicas), map[string]float64{inStore: -1}},
		"and its store is ill":             {21, "A", with(replicas), map[string]float64{inStore: 1}},
		"a store is gone":                  {21, "A", map[string]string{"kvdb_in_flight" + inStore: "0x10 stale"}, map[string]float64{inStore: 100}},
		"a store that was gone for longer": {21, "A", map[string]string{"kvdb_in_flight" + inStore: "0x2 stale"}, nil},
	}
)

// What the first screen says in bad moments, whichever kind of histogram is chosen for
// the charts.
func TestFirstScreenJudges(t *testing.T) {
	promtool := process.Installed(t, "promtool")
	s := byDefault()
	for _, histogram := range []string{".*", ".+", "^$"} {
		values := s.Default("5m")
		values[dashboard.HistogramVariable] = histogram
		for name, m := range moments {
			t.Run(name+" "+histogram, func(t *testing.T) { evaluate(t, promtool, m, expression(t, s, m, values)) })
		}
	}
}

func expression(t *testing.T, s *dashboard.Scope, m moment, values dashboard.Values) string {
	t.Helper()
	for _, target := range s.Targets() {
		if target.ID == m.id && target.Ref == m.ref {
			return values.Fill(target.Expr)
		}
	}
	t.Fatalf("there is no query %s of panel %d", m.ref, m.id)
	return ""
}

func evaluate(t *testing.T, promtool string, m moment, expr string) {
	t.Helper()
	var input, samples []yaml.Map
	for name, values := range m.series {
		input = append(input, yaml.Map{{Key: "series", Value: name}, {Key: "values", Value: values}})
	}
	for labels, value := range m.want {
		samples = append(samples, yaml.Map{{Key: "labels", Value: labels}, {Key: "value", Value: value}})
	}
	text := yaml.Marshal(yaml.Map{{Key: "tests", Value: []yaml.Map{{
		{Key: "interval", Value: "1m"},
		{Key: "input_series", Value: input},
		{Key: "promql_expr_test", Value: []yaml.Map{{{Key: "expr", Value: expr}, {Key: "eval_time", Value: "20m"}, {Key: "exp_samples", Value: samples}}}},
	}}}})
	file := filepath.Join(t.TempDir(), "test.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s\n%s", err, out, text)
	}
}
