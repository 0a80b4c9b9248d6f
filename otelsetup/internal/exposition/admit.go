package exposition

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// An admission remembers which attributes are fit for Prometheus: they are the same
// from one collection to the next, and it takes time to look at them. It is safe for
// concurrent use.
type admission struct {
	mu  sync.Mutex
	fit map[fitness]struct{}
}

// fitness is of attributes on a metric to which Prometheus adds a label.
type fitness struct {
	attributes attribute.Distinct
	added      attribute.Key
}

// maxFit bounds what an admission remembers to some five megabytes.
const maxFit = 1 << 16

// problemOf returns what is wrong with the attributes of a point.
func (a *admission) problemOf(set *attribute.Set, added attribute.Key) string {
	f := fitness{set.Equivalent(), added}
	if _, ok := a.fit[f]; ok {
		return ""
	}
	problem := problemOf(set, added)
	if problem == "" {
		if a.fit == nil || len(a.fit) >= maxFit { // those of series that are gone, too
			a.fit = make(map[fitness]struct{})
		}
		a.fit[f] = struct{}{}
	}
	return problem
}

// admit takes out the points that Prometheus would refuse, and the rest of the
// page with them, and those that the exporter would fail over.
func (a *admission) admit(scopes []metricdata.ScopeMetrics, report Report) {
	for _, d := range a.refused(scopes) {
		report.Dropped(d)
	}
}

func (a *admission) refused(scopes []metricdata.ScopeMetrics) (drops []Drop) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range scopes {
		for j := range scopes[i].Metrics {
			m := &scopes[i].Metrics[j]
			m.Description = strings.ToValidUTF8(m.Description, "\uFFFD")
			added := addedLabel(kindOf(m.Data))
			var problems []string // of the points that are taken out
			filter(m, func(set *attribute.Set) bool {
				problem := a.problemOf(set, added)
				if problem != "" {
					problems = append(problems, problem)
				}
				return problem == ""
			})
			slices.Sort(problems)
			for len(problems) > 0 {
				same := 1
				for same < len(problems) && problems[same] == problems[0] {
					same++
				}
				drops = append(drops, Drop{Metric: m.Name, Reason: Invalid, Detail: problems[0], Series: same})
				problems = problems[same:]
			}
		}
	}
	return drops
}

// addedLabel is the label that Prometheus' formats add to the series of a kind,
// and no attribute may therefore have.
func addedLabel(k kind) attribute.Key {
	switch k {
	case histogram:
		return "le"
	case summary:
		return "quantile"
	}
	return ""
}

// problemOf returns what is wrong with the attributes of a point.
func problemOf(set *attribute.Set, added attribute.Key) string {
	for iter := set.Iter(); iter.Next(); {
		attr := iter.Attribute()
		switch {
		case attr.Key == added:
			return fmt.Sprintf("the attribute %s is a label of Prometheus' own there", attr.Key)
		case !validKey(string(attr.Key)):
			return fmt.Sprintf("the attribute %q cannot be a label", attr.Key)
		case !validValue(attr.Value):
			return fmt.Sprintf("the attribute %s is no valid UTF-8", attr.Key)
		}
	}
	return ""
}

func validKey(key string) bool {
	if key != "" && ('a' <= key[0] && key[0] <= 'z' || 'A' <= key[0] && key[0] <= 'Z') {
		return true
	}
	name, err := labelName(key)
	return err == nil && !strings.HasPrefix(name, "__")
}

func validValue(v attribute.Value) bool {
	switch v.Type() {
	case attribute.BOOL, attribute.INT64, attribute.FLOAT64:
		return true
	case attribute.STRING:
		return utf8.ValidString(v.AsString())
	default:
		return utf8.ValidString(v.String())
	}
}

func labelName(key string) (string, error) {
	namer := otlptranslator.LabelNamer{UTF8Allowed: !translation.ShouldEscape()}
	return namer.Build(key)
}
