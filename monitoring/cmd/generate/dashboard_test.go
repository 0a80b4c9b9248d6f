package generate_test

import (
	"net/url"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// Prometheus expands the link of an alert as Go's templates do; names with any letters
// arrive in the dashboard's variables.
func TestLinksOfAlertsToTheDashboard(t *testing.T) {
	labels := map[string]string{
		"job": "shop & co", "instance": "[::1]:8080", "db_namespace": "a+b #1/100%", "db_operation_name": "BATCH put",
	}
	groups, err := generate.Rules(withCapacity())
	if err != nil {
		t.Fatal(err)
	}
	chosen := make(map[string][]string)
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert == "" {
				continue
			}
			text, err := template.New(r.Alert).Option("missingkey=error").Parse("{{ $labels := . }}" + r.Annotations["dashboard_url"])
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			if err := text.Execute(&b, labels); err != nil {
				t.Fatalf("%s: %v", r.Alert, err)
			}
			u, err := url.Parse(b.String())
			if err != nil || u.Path != generate.Dashboard {
				t.Errorf("%s links to %s: %v", r.Alert, b.String(), err)
				continue
			}
			chosen[r.Alert] = nil
			for _, name := range []string{"job", "instance", "store", "operation"} {
				label := map[string]string{"store": "db_namespace", "operation": "db_operation_name"}[name]
				if label == "" {
					label = name
				}
				if values := u.Query()["var-"+name]; len(values) == 1 && values[0] == labels[label] {
					chosen[r.Alert] = append(chosen[r.Alert], name)
				} else if len(values) > 0 {
					t.Errorf("%s chooses %s %q, want %q", r.Alert, name, values, labels[label])
				}
			}
		}
	}
	for alert, want := range map[string]string{
		"KVLatencyHigh": "job instance store operation", "KVConflictsHigh": "job instance store operation",
		"KVErrorBudgetBurn": "job store", "KVDiskFull": "job instance store", "KVNotReady": "job instance", "KVWatchdog": "",
	} {
		if got := strings.Join(chosen[alert], " "); got != want {
			t.Errorf("%s chooses %q, want %q", alert, got, want)
		}
	}
}

// Each parameter shows on the dashboard, or in the example of its data sources.
func TestParametersShowOnTheDashboard(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*generate.Parameters)
		says   []string
	}{
		"p99":        {func(p *generate.Parameters) { p.P99 = time.Second }, []string{`"value": 1,`, `le=~\"1|1\\\\.0\"`, "duration+%3E+1s"}},
		"errors":     {func(p *generate.Parameters) { p.Errors = 0.02 }, []string{`"value": 0.02,`, "> 0.02"}},
		"saturation": {func(p *generate.Parameters) { p.Saturation = 0.95 }, []string{`"value": 0.95,`, `"value": 0.975,`}},
		"lag":        {func(p *generate.Parameters) { p.Lag = 90 * time.Second }, []string{`"value": 90,`, "> bool 90"}},
		"disk":       {func(p *generate.Parameters) { p.Disk = 0.7 }, []string{`"value": 0.7,`, "> bool 0.7"}},
		"capacity":   {func(p *generate.Parameters) { p.Capacity = 2000 }, []string{`"value": 1800,`, `"value": 2000,`, "KVCapacityHigh"}},
		"selector":   {func(p *generate.Parameters) { p.Selector = `env="x"` }, []string{`label_values(kvdb_in_flight{env=\"x\"}, job)`, `ALERTS{env=~\"x|\"`}},
		"runbooks":   {func(p *generate.Parameters) { p.Runbooks = "https://wiki/kv/" }, []string{"https://wiki/kv/KVDiskFull.md", "https://wiki/kv/${__value.raw}.md"}},
		"traces":     {func(p *generate.Parameters) { p.Traces = "jaeger" }, []string{"%22uid%22%3A%22jaeger%22", "uid: jaeger", "datasourceUid: jaeger"}},
		"logs":       {func(p *generate.Parameters) { p.Logs = "victoria" }, []string{"%22uid%22%3A%22victoria%22", "uid: victoria", "datasourceUid: victoria"}},
		"timescale":  {func(p *generate.Parameters) { p.Timescale = 0.01 }, []string{"[36s]", "[3m36s]"}},
	} {
		p := generate.Defaults()
		tt.change(&p)
		files, err := generate.Files(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var text string
		for _, f := range files {
			if f.Name == "dashboard.json" || f.Name == "datasources.yaml" {
				text += f.Text
			}
		}
		for _, want := range tt.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: nothing says %s", name, want)
			}
		}
	}
}

func TestTargets(t *testing.T) {
	targets, values, err := generate.Targets(generate.Defaults(), "1m")
	if err != nil || len(targets) == 0 || values["job"] != ".+" {
		t.Errorf("%d targets with %v: %v", len(targets), values, err)
	}
	wrong := generate.Defaults()
	wrong.Errors = 2
	if _, _, err := generate.Targets(wrong, "1m"); err == nil {
		t.Error("parameters that are wrong yield targets")
	}
}

// Without a data source for traces or logs there is no link to it, nor it itself.
func TestDataSources(t *testing.T) {
	all := file(t, "datasources.yaml")
	for _, want := range []string{"uid: tempo", "uid: loki", "datasourceUid: loki", "name: trace_id", `$${__value.raw}`, "timeInterval: 1m"} {
		if !strings.Contains(all, want) {
			t.Errorf("datasources.yaml does not have %s:\n%s", want, all)
		}
	}
	_, fields, _ := strings.Cut(all, "derivedFields:")
	seen := make(map[string]bool)
	for line := range strings.SplitSeq(fields, "\n") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "- name: "); ok {
			if seen[name] {
				t.Errorf("two derived fields are called %s: Grafana takes the first alone", name)
			}
			seen[name] = true
		}
	}
	if len(seen) != 2 {
		t.Errorf("the derived fields are %v", seen)
	}
	p := generate.Defaults()
	p.Traces, p.Logs = "", ""
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name == "datasources.yaml" && (strings.Contains(f.Text, "tempo") || strings.Contains(f.Text, "loki") || !strings.Contains(f.Text, "uid: prometheus")) {
			t.Errorf("the data sources are\n%s", f.Text)
		}
	}
}
