package alert

import (
	"slices"
	"strings"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// A Scope is the deployment that rules are for: its thresholds, and how its series
// are written.
type Scope struct {
	promql.Writer

	P99        time.Duration
	Errors     float64
	Saturation float64
	Lag        time.Duration
	Disk       float64
	Capacity   float64 // 0 is unknown

	Added []string // labels that every alert gets
}

// Labels of Prometheus itself.
const (
	Job      = "job"
	Instance = "instance"
)

// window is that of rates: four scrapes fit into it, even one a minute.
const window = 5 * time.Minute

// Window is the same for those who show what rules judge.
const Window = window

// few is how many operations of a window say nothing about a share: with fewer bad
// ones, nobody is called.
const few = 10

// enough is a rate that makes more than a few bad operations in a window. A window that
// is scaled has fewer, and asks for as many.
func (s *Scope) enough(bad promql.Vector, w time.Duration) promql.Vector {
	return bad.Times(s.Scaled(w).Seconds()).AtLeast(few)
}

// Enough is the guard of shares, for those who show what rules judge.
func (s *Scope) Enough(bad promql.Vector) promql.Vector { return s.enough(bad, window) }

// target are the labels of a service, as far as they are there: those that most people
// have, and those by which the deployment's series are chosen, unless these are about an
// instance or a series of it.
func (s *Scope) target() []string {
	labels := []string{"cluster", "env", "namespace", Job}
	for _, m := range s.Matchers {
		if !slices.Contains(labels, m.Label) && !slices.Contains(narrow(), m.Label) {
			labels = append(labels, m.Label)
		}
	}
	return labels
}

// narrow are labels that series of one service differ by.
func narrow() []string {
	labels := append(ofInstance(), "le", "__name__")
	for _, a := range catalog.Attributes() {
		labels = append(labels, a.Key)
	}
	for i, l := range labels {
		labels[i] = catalog.PrometheusLabel(l)
	}
	return labels
}

// Service are the labels by which alerts of two services differ.
func (s *Scope) Service() []string {
	labels := s.target()
	for _, l := range s.Added {
		if !slices.Contains(labels, l) {
			labels = append(labels, l)
		}
	}
	return labels
}

// onALERTS is a match with what has fired about the same. What the deployment adds to its
// alerts is no label of series.
func (s *Scope) onALERTS(more ...string) promql.Match {
	labels := slices.DeleteFunc(s.target(), func(l string) bool { return slices.Contains(s.Added, l) })
	return promql.On(append(labels, more...)...)
}

// ofStore are the labels of a store.
func ofStore() []string {
	return []string{
		catalog.PrometheusLabel(catalog.SystemName), catalog.PrometheusLabel(catalog.Namespace),
		catalog.PrometheusLabel(catalog.ServerAddress), catalog.PrometheusLabel(catalog.ServerPort),
	}
}

// ofInstance are the labels by which Prometheus and Kubernetes tell instances of a
// service apart.
func ofInstance() []string {
	return []string{
		Instance, "pod", "container", "node", "endpoint",
		catalog.ServiceInstanceID, catalog.HostName, catalog.ContainerID,
	}
}

// recorded are the series of a recording rule, of this deployment: matchers by labels
// that the rule has summed up have done their work there.
func (s *Scope) recorded(name string) promql.Vector { return s.Recorded(name) }

// Recorded are the same, restricted further.
func (s *Scope) Recorded(name string, more ...promql.Matcher) promql.Vector {
	matchers := s.Matchers
	if gone := summedUp(name); len(gone) > 0 {
		matchers = slices.DeleteFunc(slices.Clone(matchers), func(m promql.Matcher) bool { return slices.Contains(gone, m.Label) })
	}
	return promql.Writer{Matchers: matchers}.Named(name, more...)
}

// summedUp are the labels that the series of a recording rule do not have.
func summedUp(name string) []string {
	gone := []string{catalog.OutcomeAttribute, catalog.ErrorType, "le"}
	switch {
	case strings.HasPrefix(name, "service:"):
		gone = append(append(gone, ofInstance()...), catalog.OperationName)
	case strings.HasPrefix(name, "instance:"):
		return slices.DeleteFunc(narrow(), func(l string) bool { return l == Instance })
	case strings.HasPrefix(name, "store:"):
		gone = append(gone, catalog.OperationName, catalog.Replica)
	}
	for i, a := range gone {
		gone[i] = catalog.PrometheusLabel(a)
	}
	return gone
}

// label is the value that an attribute has on the alert's series.
func label(attribute string) string {
	return "{{ $labels." + catalog.PrometheusLabel(attribute) + " }}"
}

// Parts of summaries.
var (
	operation    = label(catalog.OperationName)
	store        = "store " + label(catalog.Namespace) + " (" + label(catalog.SystemName) + ")"
	serviceStore = store + " of {{ $labels." + Job + " }}"
	atInstance   = "{{ $labels." + Job + " }} on {{ $labels." + Instance + " }}"
	share        = "{{ $value | humanizePercentage }}"
	lasting      = "{{ $value | humanizeDuration }}"
	hanging      = hangs(append([]string{Job, Instance}, ofStore()...)...)
)

// hangs is the operation of a store that hangs, which another series than the alert's names.
func hangs(by ...string) string {
	var matchers, values []string
	for _, l := range by {
		matchers, values = append(matchers, l+"=%q"), append(values, "$labels."+l)
	}
	return `{{ with printf "` + catalog.InFlightHungAge.PrometheusName() + "{" + strings.Join(matchers, ",") + `}" ` + strings.Join(values, " ") +
		` | query }} ({{ . | first | label "` + catalog.PrometheusLabel(catalog.OperationName) + `" }}){{ end }}`
}
