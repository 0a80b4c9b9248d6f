package generate

import (
	"slices"
	"strings"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

// inhibitions are the rules by which one fault pages once: an alert is silent while one
// that tells its cause is critical about the same instance or service, as far as both name
// one, and a warning while there is something critical about all that it is about. That
// is not so of one instance of a service.
func inhibitions(s *alert.Scope) (rules []yaml.Map) {
	for _, a := range alert.All() {
		for _, target := range bySubject([]alert.Alert{a}, "") {
			for _, source := range bySubject(causes(a), alert.Critical) {
				rules = append(rules, inhibition(s, source, target, explained(a)...))
			}
		}
	}
	for _, target := range bySubject(alert.All(), alert.Warning) {
		for _, source := range bySubject(alert.All(), alert.Critical) {
			if !source.instance(s) || target.instance(s) {
				rules = append(rules, inhibition(s, source, target, `severity="warning"`))
			}
		}
	}
	return rules
}

// explained match the series of an alert that its causes can explain.
func explained(a alert.Alert) (matchers []string) {
	for _, m := range a.Unexplained {
		matchers = append(matchers, promql.Not(m.Label, m.Value).String())
	}
	return matchers
}

func inhibition(s *alert.Scope, source, target kin, only ...string) yaml.Map {
	return yaml.Map{
		{Key: "source_matchers", Value: append([]string{`severity="critical"`}, source.matchers(s)...)},
		{Key: "target_matchers", Value: append(only, target.matchers(s)...)},
		{Key: "equal", Value: common(s.Labels(source.of), s.Labels(target.of))},
	}
}

// instance says whether the alerts are about one.
func (k kin) instance(s *alert.Scope) bool {
	return slices.Contains(s.Labels(k.of), alert.Instance)
}

// matchers match the alerts. One that is about a whole service has no instance, by which
// it differs from another level of the same alert.
func (k kin) matchers(s *alert.Scope) []string {
	list := []string{`alertname=~"` + strings.Join(k.names, "|") + `"`}
	if !k.instance(s) {
		list = append(list, alert.Instance+`=""`)
	}
	return list
}

// common are the labels that both subjects have.
func common(a, b []string) []string {
	return slices.DeleteFunc(a, func(l string) bool { return !slices.Contains(b, l) })
}

func causes(a alert.Alert) (all []alert.Alert) {
	for _, other := range alert.All() {
		if slices.Contains(a.Causes, other.Name) {
			all = append(all, other)
		}
	}
	return all
}

// A kin is the alerts about the same subject.
type kin struct {
	of    alert.Subject
	names []string
}

// bySubject are those of the alerts that have a level of the severity, or any.
func bySubject(all []alert.Alert, severity string) (groups []kin) {
	every := &alert.Scope{Capacity: 1}
	for _, a := range all {
		for _, l := range a.Levels(every) {
			if l.Severity != severity && severity != "" {
				continue
			}
			i := slices.IndexFunc(groups, func(k kin) bool { return k.of == a.Subject(l) })
			if i < 0 {
				i, groups = len(groups), append(groups, kin{of: a.Subject(l)})
			}
			if !slices.Contains(groups[i].names, a.Name) {
				groups[i].names = append(groups[i].names, a.Name)
			}
		}
	}
	return groups
}
