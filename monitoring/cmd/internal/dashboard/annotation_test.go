package dashboard_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// What was short is marked on a long range, too, where two points are far apart.
func TestAnnotationsFindWhatIsBetweenPoints(t *testing.T) {
	promtool := process.Installed(t, "promtool")
	s := byDefault()
	values := s.Default("1h")
	values["__interval"] = "15m"
	const version = `service_version="2", instance="i", job="j"`
	for i, m := range []moment{
		{series: map[string]string{`process_uptime_seconds{instance="i", job="j"}`: "1000+60x7 10+60x11"}, want: map[string]float64{`{instance="i", job="j"}`: 1}},
		{series: map[string]string{"target_info{" + version + "}": "_x8 1x11"}, want: map[string]float64{`{job="j", service_version="2"}`: 1}},
		{
			series: map[string]string{`ALERTS{alertname="KVNotReady", alertstate="firing", severity="critical", instance="i", job="j"}`: "_x8 1x1 stale"},
			want:   map[string]float64{`{alertname="KVNotReady", severity="critical", instance="i", job="j"}`: 1},
		},
	} {
		evaluate(t, promtool, m, values.Fill(s.AnnotationQueries()[i]))
	}
}

// Grafana prints the name of a label that a series does not have: the text of a mark has
// those that all have, and tags are the others.
func TestAnnotationsNameLabelsThatAllHave(t *testing.T) {
	always := []string{"alertname", "severity", "job", "instance", "service_version", "pprofx_reason"}
	for _, a := range read(t, byDefault()).Annotations.List {
		if a.BuiltIn != nil {
			continue
		}
		ofAlerts := strings.Contains(*a.Expr, "ALERTS{")
		for part := range strings.SplitSeq(*a.TitleFormat+*a.TextFormat, "{{") {
			name, _, ok := strings.Cut(part, "}}")
			if ok && (!slices.Contains(always, name) || ofAlerts && name != "alertname" && name != "severity") {
				t.Errorf("%s names %s, which not all have", a.Name, name)
			}
		}
		if ofAlerts && *a.TagKeys != "job,instance,db_namespace,db_operation_name" {
			t.Errorf("alerts have the tags %q", *a.TagKeys)
		}
	}
}

// Some alerts have none of the labels that a deployment is chosen by: their expressions
// group them away.
func TestFiringAlertsWithoutTheLabelsOfTheDeployment(t *testing.T) {
	promtool := process.Installed(t, "promtool")
	for _, matcher := range []promql.Matcher{{Label: "env", Operator: "=", Value: "x.y"}, {Label: "env", Operator: "=~", Value: `x\.y|z`}, {Label: "env", Operator: "!~", Value: "xzy"}} {
		s := byDefault()
		s.Matchers = []promql.Matcher{matcher}
		const alert = `ALERTS{alertstate="firing", severity="critical", alertname="KV`
		m := moment{id: 1, ref: "A", want: map[string]float64{"{}": 2}, series: map[string]string{
			alert + `Restarting"}`: "1x20", alert + `NotReady", env="x.y"}`: "1x20", alert + `CheckUnknown", env="xzy"}`: "1x20",
		}}
		evaluate(t, promtool, m, expression(t, s, m, s.Default("1m")))
	}
}
