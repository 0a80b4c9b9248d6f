package scenarios

import (
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// A Rule is one that ships, with a name of its own: that of the record, or alert and severity.
type Rule struct {
	Name  string
	Group string
	rulefmt.Rule
}

// Book are the rules for the parameters, in their order.
func Book(p generate.Parameters) (all []Rule, err error) {
	groups, err := generate.Rules(p)
	if err != nil {
		return nil, err
	}
	times := make(map[string]int)
	for _, g := range groups {
		for _, r := range g.Rules {
			one := Rule{Name: r.Record, Group: g.Name, Rule: rulefmt.Rule{
				Record: r.Record, Alert: r.Alert, Expr: r.Expr,
				For: model.Duration(r.For), KeepFiringFor: model.Duration(r.KeepFiringFor),
			}}
			if r.Alert != "" {
				one.Name = r.Alert + " " + r.Severity()
				one.Labels = map[string]string{"severity": r.Severity()}
			}
			if times[one.Name]++; times[one.Name] > 1 {
				one.Name += " (2)"
			}
			all = append(all, one)
		}
	}
	return all, nil
}

// reads says whether a rule reads what another one records, or the alerts that it makes.
func (r Rule) reads(other Rule) bool {
	if other.Record != "" {
		return strings.Contains(r.Expr, other.Record)
	}
	return r.Alert != "" && strings.Contains(r.Expr, other.Alert)
}

// needed are the rules of a book that an alert needs: its own, and what these read.
func needed(book []Rule, alert string) (list []Rule) {
	due := make([]bool, len(book))
	for changed := true; changed; {
		changed = false
		for i, r := range book {
			if due[i] {
				continue
			}
			due[i] = r.Alert == alert
			for j, reader := range book {
				due[i] = due[i] || due[j] && r.Group == reader.Group && reader.reads(r)
			}
			changed = changed || due[i]
		}
	}
	for i, r := range book {
		if due[i] {
			list = append(list, r)
		}
	}
	return list
}
