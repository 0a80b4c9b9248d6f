package generate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

// Summaries that depend on more than the alert's own labels, as Prometheus writes them.
func TestSummaries(t *testing.T) {
	const store = `instance="i", job="j", db_namespace="orders", db_system_name="pebble"`
	for name, c := range map[string]struct {
		alert, labels, value string
		beside               []string // other series
		want                 string
	}{
		"a hung operation has its name": {
			"KVStoreHung", store, "90", []string{`kvdb_in_flight_hung_age_seconds{db_operation_name="put", ` + store + "}", `kvdb_in_flight_hung_age_seconds{db_operation_name="get", instance="i", job="j", db_namespace="users", db_system_name="pebble"}`},
			`An operation (put) on store orders (pebble) has not ended for 1m 30s, j on i: the line "operation in flight for long" says where it waits`,
		},
		"one that nobody names": {
			"KVStoreHung", store, "90", nil,
			`An operation on store orders (pebble) has not ended for 1m 30s, j on i: the line "operation in flight for long" says where it waits`,
		},
		"restarts of a quarter of an hour": {
			"KVRestarting", `instance="i", job="j"`, "3", nil, "j on i has restarted 3 times within a quarter of an hour: see the last lines before it ended",
		},
		"restarts of an hour": {
			"KVRestarting", `job="j"`, "5", nil, "j has restarted 5 times within an hour: see the last lines before it ended",
		},
		"lost on the way to a receiver": {
			"KVTelemetryLossy", `instance="i", job="j", otel_component_type="batching_span_processor", error_type="queue_full"`, "2", nil,
			"2 records of batching_span_processor a second are lost, j on i: see whether its receiver answers",
		},
		"lost on the way to the log": {
			"KVTelemetryLossy", `instance="i", job="j", kvdb_log_reason="output_stalled"`, "2", nil,
			"2 lines of the log (output_stalled) a second are lost, j on i: see whether somebody reads its output",
		},
		"lost from the page": {
			"KVTelemetryLossy", `instance="i", job="j", kvdb_gatherer="redis", error_type="timeout"`, "2", nil,
			"2 parts of /metrics (redis) a second are lost, j on i: see why in its log",
		},
	} {
		rules, file := filepath.Join(t.TempDir(), "rules.yaml"), filepath.Join(t.TempDir(), "tests.yaml")
		input := []yaml.Map{{{Key: "series", Value: "subject{" + c.labels + "}"}, {Key: "values", Value: c.value}}}
		for _, s := range c.beside {
			input = append(input, yaml.Map{{Key: "series", Value: s}, {Key: "values", Value: "90"}})
		}
		var labels yaml.Map
		for pair := range strings.SplitSeq(c.labels, ", ") {
			name, value, _ := strings.Cut(pair, "=")
			labels = append(labels, yaml.Pair{Key: name, Value: strings.Trim(value, `"`)})
		}
		for path, content := range map[string]yaml.Map{
			rules: {{Key: "groups", Value: []yaml.Map{{{Key: "name", Value: "summaries"}, {Key: "rules", Value: []yaml.Map{
				{{Key: "alert", Value: c.alert}, {Key: "expr", Value: "subject"}, {Key: "annotations", Value: yaml.Map{{Key: "summary", Value: summary(t, c.alert)}}}},
			}}}}}},
			file: {{Key: "rule_files", Value: []string{rules}}, {Key: "evaluation_interval", Value: "1m"}, {Key: "tests", Value: []yaml.Map{{
				{Key: "interval", Value: "1m"}, {Key: "input_series", Value: input},
				{Key: "alert_rule_test", Value: []yaml.Map{{
					{Key: "eval_time", Value: "0m"}, {Key: "alertname", Value: c.alert},
					{Key: "exp_alerts", Value: []yaml.Map{{{Key: "exp_labels", Value: labels}, {Key: "exp_annotations", Value: yaml.Map{{Key: "summary", Value: c.want}}}}}},
				}}},
			}}}},
		} {
			if err := os.WriteFile(path, []byte(yaml.Marshal(content)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		promtools(t, func(t *testing.T, promtool string) {
			if out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", file).CombinedOutput(); err != nil {
				t.Errorf("%s: %v:\n%s", name, err, out)
			}
		})
	}
}

// summary is the template of an alert.
func summary(t *testing.T, alert string) string {
	t.Helper()
	groups, err := generate.Rules(generate.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if at := slices.IndexFunc(g.Rules, func(r generate.Rule) bool { return r.Alert == alert }); at >= 0 {
			return g.Rules[at].Annotations["summary"]
		}
	}
	t.Fatalf("there is no alert %s", alert)
	return ""
}
