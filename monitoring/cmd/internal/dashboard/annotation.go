package dashboard

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// An Annotation marks when something happened on all panels.
type Annotation struct {
	Name        string
	Color       Color
	Expr        promql.Vector
	Title, Text string   // with labels that all have: Grafana prints the name of one that is absent
	Tags        []string // labels that some have
}

// step is how far apart the points are at which annotations are looked for.
const step = time.Minute

// between is the time from one point to the next, a step or longer: what is shorter is
// found, too.
const between = "$__interval"

func (s *Scope) annotations() []Annotation {
	version := catalog.PrometheusLabel(catalog.ServiceVersion)
	reason := catalog.PrometheusLabel(catalog.ProfileReason)
	versions := func(window, offset string) promql.Vector {
		return group(promql.Raw("max_over_time("+s.process(catalog.TargetInfo, promql.Not(catalog.ServiceVersion, "")).String()+"["+window+"]"+offset+")"), alert.Job, version)
	}
	return []Annotation{
		{
			Name: "Restarts", Color: Purple, Title: "{{instance}} starts", Text: "{{job}}",
			Expr: group(over("min_over_time", s.process(catalog.Uptime), between).Below(step.Seconds()), alert.Job, alert.Instance),
		},
		{
			Name: "Versions", Color: Blue, Title: "{{job}} {{" + version + "}}", Text: "a version that was not there in the five minutes before",
			Expr: versions(between, "").Unless(promql.Same, versions("5m", " offset "+between)),
		},
		{
			Name: "Alerts", Color: Red, Title: "{{alertname}}", Text: "{{severity}}",
			Tags: []string{alert.Job, alert.Instance, namespace, operationName},
			Expr: group(over("max_over_time", s.firing(), between), "alertname", "severity", alert.Job, alert.Instance, namespace, operationName),
		},
		{
			Name: "Evidence", Color: Green, Title: "Evidence captured: {{" + reason + "}}", Text: "{{instance}}: its directory of evidence has profiles of this moment",
			Expr: group(increase(s.process(catalog.ProfileCaptures, promql.Is(catalog.ProfileOutcome, "written"))).Above(0), alert.Instance, reason),
		},
	}
}
