package generate

import (
	"slices"
	"strings"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

// inhibitions are the rules by which one fault pages once: an alert is silent while one
// that tells its cause is critical, and a warning while there is something critical,
// each about the same instance or service as far as both name one.
func inhibitions() (rules []yaml.Map) {
	for _, a := range alert.All() {
		for _, g := range bySubject(causes(a), alert.Critical) {
			rules = append(rules, inhibition(g.names, []string{`alertname="` + a.Name + `"`}, common(g.of, a.Of)))
		}
	}
	for _, target := range bySubject(alert.All(), alert.Warning) {
		for _, source := range bySubject(alert.All(), alert.Critical) {
			rules = append(rules, inhibition(source.names,
				[]string{`severity="warning"`, `alertname=~"` + strings.Join(target.names, "|") + `"`}, common(source.of, target.of)))
		}
	}
	return rules
}

func inhibition(sources, target, equal []string) yaml.Map {
	return yaml.Map{
		{Key: "source_matchers", Value: []string{`severity="critical"`, `alertname=~"` + strings.Join(sources, "|") + `"`}},
		{Key: "target_matchers", Value: target},
		{Key: "equal", Value: equal},
	}
}

// common are the labels that both subjects have.
func common(a, b alert.Subject) []string {
	others := b.Labels()
	return slices.DeleteFunc(a.Labels(), func(l string) bool { return !slices.Contains(others, l) })
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

// bySubject are those of the alerts that have a level of the severity.
func bySubject(all []alert.Alert, severity string) (groups []kin) {
	every := &alert.Scope{Capacity: 1}
	for _, a := range all {
		if !slices.ContainsFunc(a.Levels(every), func(l alert.Level) bool { return l.Severity == severity }) {
			continue
		}
		i := slices.IndexFunc(groups, func(k kin) bool { return k.of == a.Of })
		if i < 0 {
			i, groups = len(groups), append(groups, kin{of: a.Of})
		}
		groups[i].names = append(groups[i].names, a.Name)
	}
	return groups
}
