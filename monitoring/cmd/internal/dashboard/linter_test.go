package dashboard_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The rules below are those that Grafana's dashboard linter publishes, by their names
// there. Rules about Loki have nothing to look at here.

func variable(t *testing.T, d classic, name string) sdk.VariableModel {
	t.Helper()
	for _, v := range d.Templating.List {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("there is no variable %s", name)
	return sdk.VariableModel{}
}

func TestLinterTemplateDatasource(t *testing.T) {
	v := variable(t, read(t, byDefault()), "datasource")
	if v.Type != sdk.VariableTypeDatasource || *v.Label != "Data source" || *v.Query.String != "prometheus" {
		t.Errorf("the variable is %+v", v)
	}
}

// These are template-job-rule, template-instance-rule and
// template-on-time-change-reload-rule.
func TestLinterTemplates(t *testing.T) {
	d := read(t, byDefault())
	for name, label := range map[string]string{"job": "Job", "instance": "Instance"} {
		v := variable(t, d, name)
		if *v.Label != label || *v.AllValue != ".+" {
			t.Errorf("%s has the label %q and stands for all with %q", name, *v.Label, *v.AllValue)
		}
	}
	for _, v := range d.Templating.List {
		if v.Type != sdk.VariableTypeQuery {
			continue
		}
		switch {
		case *v.Datasource.Uid != "${datasource}":
			t.Errorf("%s asks another data source", v.Name)
		case !*v.Multi || !*v.IncludeAll:
			t.Errorf("of %s one cannot choose several, or all", v.Name)
		case *v.Refresh != sdk.VariableRefreshOnTimeRangeChanged:
			t.Errorf("%s keeps its values when the time range changes", v.Name)
		}
	}
}

var labelValues = regexp.MustCompile(`^label_values\((.+), ([a-z_]+)\)$`)

// This is template-label-promql-rule: variables get their values from labels of series
// that those before them choose.
func TestLinterTemplateLabels(t *testing.T) {
	d := read(t, byDefault())
	var before []string
	for _, v := range d.Templating.List {
		if v.Type != sdk.VariableTypeQuery {
			continue
		}
		query, _ := v.Query.Map["query"].(string)
		m := labelValues.FindStringSubmatch(query)
		if m == nil || *v.Definition != query {
			t.Errorf("%s has the query %q", v.Name, query)
			continue
		}
		for _, name := range before {
			if !strings.Contains(m[1], `=~"$`+name+`"`) {
				t.Errorf("%s has values of other choices of %s: %s", v.Name, name, query)
			}
		}
		if !slices.ContainsFunc(metrics(), func(c catalog.Metric) bool { name, _, _ := strings.Cut(m[1], "{"); return c.PrometheusName() == name }) {
			t.Errorf("%s asks for what there is not: %s", v.Name, query)
		}
		before = append(before, v.Name)
	}
	if len(before) != 4 {
		t.Errorf("the variables %v have values of labels", before)
	}
}

func TestLinterUneditable(t *testing.T) {
	if d := read(t, byDefault()); d.Editable == nil || *d.Editable {
		t.Error("changes would be lost with the next file that is provisioned")
	}
}

// These are panel-datasource-rule, panel-title-description-rule and
// panel-no-targets-rule.
func TestLinterPanels(t *testing.T) {
	all := panels(read(t, byDefault()))
	if len(all) < 50 {
		t.Fatalf("there are %d panels", len(all))
	}
	for _, p := range all {
		if *p.Datasource.Uid != "${datasource}" {
			t.Errorf("%q has another data source", *p.Title)
		}
		if *p.Title == "" || len(*p.Description) < 40 {
			t.Errorf("%q has the description %q", *p.Title, *p.Description)
		}
		if len(p.Targets) == 0 {
			t.Errorf("%q asks for nothing", *p.Title)
		}
	}
}

// Units that Grafana knows, of those that this project could want.
var units = []string{"s", "percentunit", "ops", "cps", "bytes", "binBps", "short", "none"}

func TestLinterPanelUnits(t *testing.T) {
	for _, p := range panels(read(t, byDefault())) {
		if u := p.FieldConfig.Defaults.Unit; u == nil || !slices.Contains(units, *u) {
			t.Errorf("%q has no unit", *p.Title)
		}
	}
}

// ownWindow are queries whose windows are not those of Grafana, by panel.
var ownWindow = map[uint32]string{
	3:    "the number is judged by the window of the rules",
	4:    "the number is judged by the window of the rules",
	5:    "the number is judged by the window of the rules",
	21:   "a store is judged by the window of the rules",
	201:  "a budget is looked at over an hour, as the alert does",
	202:  "a budget is looked at over an hour, as the alert does",
	203:  "the usual traffic is that of an hour, of three and of a day",
	205:  "a disk is forecast from six hours",
	403:  "the objective counts within ten minutes",
	603:  "rare events are counted over a quarter of an hour",
	1007: "rare events are counted over a quarter of an hour",
	1101: "rare events are counted over a quarter of an hour",
	1102: "rare events are counted over a quarter of an hour",
	911:  "the objective counts within a quarter of an hour",
}

func TestLinterTargetRateInterval(t *testing.T) {
	used := make(map[uint32]bool)
	for _, target := range byDefault().Targets() {
		for _, s := range selectors(target.Expr) {
			if s.window == "" || s.window == "$__rate_interval" {
				continue
			}
			if used[target.ID] = true; ownWindow[target.ID] == "" {
				t.Errorf("%q has the window %s", target.Title, s.window)
			}
		}
	}
	for id := range ownWindow {
		if !used[id] {
			t.Errorf("panel %d has no window of its own any more", id)
		}
	}
}

// withoutInstance are series that no instance has.
var withoutInstance = map[string]string{
	"service:kvdb_requests:rate5m": "it is recorded for a service",
	"service:kvdb_timed:rate5m":    "it is recorded for a service",
	"service:kvdb_slow:rate5m":     "it is recorded for a service",
	"ALERTS":                       "the alerts of a service have no instance, and KVWatchdog has no job",
}

// These are target-job-rule and target-instance-rule.
func TestLinterTargetJobAndInstance(t *testing.T) {
	s := byDefault()
	exprs := s.AnnotationQueries()
	for _, target := range s.Targets() {
		exprs = append(exprs, target.Expr)
	}
	for _, expr := range exprs {
		all := selectors(expr)
		if len(all) == 0 {
			t.Errorf("no series in %s", expr)
		}
		for _, s := range all {
			if (!s.has(`job=~"$job"`) || !s.has(`instance=~"$instance"`)) && withoutInstance[s.name] == "" {
				t.Errorf("%s is of all jobs or instances in\n%s", s.name, expr)
			}
		}
	}
}

func TestLinterTargetCounterAggregation(t *testing.T) {
	for _, target := range byDefault().Targets() {
		for _, s := range selectors(target.Expr) {
			counts := slices.ContainsFunc([]string{"_total", "_count", "_sum", "_bucket"}, func(end string) bool { return strings.HasSuffix(s.name, end) }) &&
				s.name != "db_client_connection_count" && s.name != "go_goroutine_count" // which are gauges
			if counts && s.function != "rate" && s.function != "increase" {
				t.Errorf("%q shows %s without a rate", target.Title, s.name)
			}
		}
	}
}
