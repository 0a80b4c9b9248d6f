package generate

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// A Group is rules that Prometheus evaluates together, in this order.
type Group struct {
	Name  string
	Rules []Rule
}

// A Rule is a recording rule or an alerting one.
type Rule struct {
	Record string // the name of the series, for a recording rule
	Alert  string // the name of the alert, for an alerting one
	Expr   string

	// Of alerting rules only.
	For, KeepFiringFor  time.Duration
	Labels, Annotations map[string]string
}

// Severity is that of an alerting rule.
func (r Rule) Severity() string { return r.Labels["severity"] }

// Rules returns the rules for the parameters.
func Rules(p Parameters) ([]Group, error) {
	s, err := p.scope()
	if err != nil {
		return nil, err
	}
	var groups []Group
	for _, g := range alert.Groups() {
		group := Group{Name: g.Name}
		if g.Records != nil {
			for _, r := range g.Records(s) {
				group.Rules = append(group.Rules, Rule{Record: r.Name, Expr: r.Expr.String()})
			}
		}
		for _, a := range g.Alerts {
			for _, l := range a.Levels(s) {
				group.Rules = append(group.Rules, p.rule(s.Writer, a, l))
			}
		}
		groups = append(groups, group)
	}
	return groups, nil
}

func (p Parameters) rule(w promql.Writer, a alert.Alert, l alert.Level) Rule {
	labels := map[string]string{"severity": l.Severity}
	maps.Copy(labels, p.Labels)
	r := Rule{
		Alert: a.Name, Expr: l.Expr.String(), Labels: labels,
		Annotations: map[string]string{
			"summary":       a.Summary,
			"description":   strings.TrimSpace(a.Description + " " + l.Description),
			"runbook_url":   strings.TrimSuffix(p.Runbooks, "/") + "/" + a.Name + ".md",
			"dashboard_url": dashboardURL(a.Filters(l)),
		},
	}
	if l.For > 0 {
		r.For = w.Scaled(l.For)
	}
	if l.KeepFiring > 0 {
		r.KeepFiringFor = w.Scaled(l.KeepFiring)
	}
	return r
}

// sorted are the keys of a map in their order.
func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
