package exposition

import (
	"cmp"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The attributes by which the series of two scopes are told apart. They become the
// labels that the specification gives them.
const (
	scopeName    = attribute.Key(catalog.ScopeName)
	scopeVersion = attribute.Key(catalog.ScopeVersion)
)

// A shared metric is one whose name others claim as well.
type shared struct {
	*metricdata.Metrics
	scope instrumentation.Scope
	claim int // which one is its own; -1 for none
}

// settle gives every name on the page one meaning. Where scopes share a metric,
// all its series get the label of their scope; what is of another type than the
// first claim says is left out, and so are series that the same scope has twice.
func (n *Names) settle(scopes []metricdata.ScopeMetrics, report Report) {
	for _, d := range n.settled(scopes) {
		report.Dropped(d)
	}
}

func (n *Names) settled(scopes []metricdata.ScopeMetrics) (drops []Drop) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range scopes {
		for j := range scopes[i].Metrics {
			n.claim(claimOf(scopes[i].Scope, &scopes[i].Metrics[j]), ours(scopes[i].Scope))
		}
	}
	families := make(map[*family][]shared)
	for i := range scopes {
		for j := range scopes[i].Metrics {
			c := claimOf(scopes[i].Scope, &scopes[i].Metrics[j])
			if f := n.families[n.build(c.identity)]; f != nil && len(f.claims) > 1 {
				families[f] = append(families[f], shared{&scopes[i].Metrics[j], c.scope, f.index(c.scope, c.identity, c.description)})
			}
		}
	}
	for f, metrics := range families {
		drops = append(drops, f.settle(metrics)...)
	}
	return drops
}

func claimOf(scope instrumentation.Scope, m *metricdata.Metrics) claim {
	return claim{identity: identity{m.Name, m.Unit, kindOf(m.Data)}, scope: scope, description: m.Description}
}

// settle settles one family, in the order of the claims.
func (f *family) settle(metrics []shared) (drops []Drop) {
	slices.SortStableFunc(metrics, func(a, b shared) int { return cmp.Compare(uint(a.claim), uint(b.claim)) })
	standing := f.standing()
	first := standing[0]
	seen := make(map[attribute.Distinct]bool)
	for _, m := range metrics {
		if m.claim >= 0 && f.claims[m.claim].yields && f.taken() {
			filter(m.Metrics, nothing)
			continue
		}
		m.Description = first.description // Prometheus has one for a name
		if is := kindOf(m.Data); !is.sameType(first.kind) {
			removed := filter(m.Metrics, nothing)
			drops = append(drops, Drop{Metric: m.Name, Reason: Conflict, Series: removed, Detail: fmt.Sprintf(
				"a %s of the scope %q has the name of a %s of the scope %q", is, m.scope.Name, first.kind, first.scope.Name)})
			continue
		}
		label := labelOf(m.scope, standing)
		removed := filter(m.Metrics, func(set *attribute.Set) bool {
			if len(label) > 0 {
				*set = attribute.NewSet(append(set.ToSlice(), label...)...)
			}
			known := seen[set.Equivalent()]
			seen[set.Equivalent()] = true
			return !known
		})
		if removed > 0 {
			drops = append(drops, Drop{Metric: m.Name, Reason: Duplicate, Series: removed,
				Detail: fmt.Sprintf("the scope %q has two instruments of this name", m.scope.Name)})
		}
	}
	return drops
}

// nothing of a metric stays.
func nothing(*attribute.Set) bool { return false }

// labelOf returns what tells the series of a scope from those of the other ones
// that claim the same metric; nothing, if there are no others.
func labelOf(scope instrumentation.Scope, claims []claim) []attribute.KeyValue {
	var others, namesakes bool
	for _, c := range claims {
		if c.scope == scope || ours(c.scope) && ours(scope) || !c.kind.sameType(claims[0].kind) {
			continue
		}
		others = true
		namesakes = namesakes || c.scope.Name == scope.Name
	}
	if !others {
		return nil
	}
	label := []attribute.KeyValue{scopeName.String(scope.Name)}
	if namesakes && scope.Version != "" {
		label = append(label, scopeVersion.String(scope.Version))
	}
	return label
}
