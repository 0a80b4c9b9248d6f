package runbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// Where thresholds and metrics are explained: whoever has a runbook need not have the
// rest of the tree beside it.
const (
	constants = "https://pkg.go.dev/github.com/otelkv/otelkv/monitoring/objective#"
	reference = "https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md#"
)

// Objectives links to constants of monitoring/objective.
func Objectives(names []string) string {
	return links(names, func(name string) string { return constants + name })
}

// Alerts links to the runbooks of alerts, from one of them or from their index.
func Alerts(names []string) string {
	return links(names, func(name string) string { return name + ".md" })
}

func links(names []string, to func(string) string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = "[" + n + "](" + to(n) + ")"
	}
	return strings.Join(list, ", ")
}

// seeAlso is what leads on from a runbook: to the thresholds of the alert, to the metrics
// that its text has, and to the alerts that explain it or are explained by it.
func seeAlso(a alert.Alert, text string, s *alert.Scope) string {
	var b strings.Builder
	for _, line := range []struct{ says, links string }{
		{"Thresholds", Objectives(a.Objective)},
		{"Metrics", links(metricsIn(text, s), func(name string) string { return reference + name })},
		{"Silent while one of these is critical", Alerts(a.Causes)},
		{"Silences, while it is critical", Alerts(effects(a, s))},
	} {
		if line.links != "" {
			fmt.Fprintf(&b, "- %s: %s\n", line.says, line.links)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n## See also\n\n" + b.String()
}

// effects are the alerts that are there and have a as a cause.
func effects(a alert.Alert, s *alert.Scope) (names []string) {
	for _, other := range alert.All() {
		if slices.Contains(other.Causes, a.Name) && len(other.Levels(s)) > 0 {
			names = append(names, other.Name)
		}
	}
	return names
}

// metricsIn returns which metrics a text has, as /metrics names them, and which ones the
// recording rules are made from that it has.
func metricsIn(text string, s *alert.Scope) (names []string) {
	for _, g := range alert.Groups() {
		if g.Records == nil {
			continue
		}
		records := g.Records(s)
		slices.Reverse(records) // one may be made from those before it
		for _, r := range records {
			if strings.Contains(text, r.Name) {
				text += "\n" + r.Expr.String()
			}
		}
	}
	has := make(map[string]bool)
	for _, word := range words.FindAllString(text, -1) {
		has[word] = true
	}
	for _, m := range metrics() {
		name := m.PrometheusName()
		if has[name] || has[name+"_bucket"] {
			names = append(names, name)
		}
	}
	return slices.Compact(names)
}

var words = regexp.MustCompile(`[a-zA-Z0-9_:]+`)

// metrics are all that the reference has.
func metrics() []catalog.Metric {
	all := catalog.All()
	for _, e := range engine.All() {
		for _, m := range e.Metrics() {
			if !slices.ContainsFunc(all, func(other catalog.Metric) bool { return other.Name == m.Name }) {
				all = append(all, m)
			}
		}
	}
	for _, h := range engine.Hooks() {
		all = append(all, h.Metrics()...)
	}
	for _, g := range catalog.Others() {
		all = append(all, g.Metrics...)
	}
	return all
}
