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
	Title, Text string
}

// step is how far apart the points are at which annotations are looked for.
const step = time.Minute

func (s *Scope) annotations() []Annotation {
	version := catalog.PrometheusLabel(catalog.ServiceVersion)
	reason := catalog.PrometheusLabel(catalog.ProfileReason)
	versions := func(offset string) promql.Vector {
		return group(promql.Raw(s.process(catalog.TargetInfo, promql.Not(catalog.ServiceVersion, "")).String()+offset), alert.Job, version)
	}
	return []Annotation{
		{
			Name: "Restarts", Color: Purple, Title: "{{instance}} starts", Text: "{{job}}",
			Expr: group(s.process(catalog.Uptime).Below(step.Seconds()), alert.Job, alert.Instance),
		},
		{
			Name: "Versions", Color: Blue, Title: "{{job}} {{" + version + "}}", Text: "a version that was not there five minutes ago",
			Expr: versions("").Unless(promql.Same, versions(" offset 5m")),
		},
		{
			Name: "Alerts", Color: Red, Title: "{{alertname}}", Text: "{{severity}} {{" + namespace + "}} {{" + operationName + "}} {{instance}}",
			Expr: group(s.firing(), "alertname", "severity", namespace, operationName, alert.Instance),
		},
		{
			Name: "Evidence", Color: Green, Title: "Evidence captured: {{" + reason + "}}", Text: "{{instance}}: its directory of evidence has profiles of this moment",
			Expr: group(increase(s.process(catalog.ProfileCaptures, promql.Is(catalog.ProfileOutcome, "written"))).Above(0), alert.Instance, reason),
		},
	}
}
