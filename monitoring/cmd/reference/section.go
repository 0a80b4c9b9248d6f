package main

import (
	"slices"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// A section is a group of metrics as the pages show it.
type section struct {
	name, about string
	metrics     []described
}

// A described metric is one with the links to what it comes from.
type described struct {
	catalog.Metric
	from []string
}

// title is the name under which the pages have the metric: that on /metrics, if it
// has one of its own there.
func (m described) title() string {
	if m.Kind == catalog.ExponentialHistogram || m.Only == catalog.OTLP {
		return m.Name
	}
	return m.PrometheusName()
}

// from is where all metrics of a section come from, or empty if that differs.
func (s section) from() string {
	first := s.metrics[0].from
	for _, m := range s.metrics {
		if !slices.Equal(m.from, first) {
			return ""
		}
	}
	return enumerate(first, "and")
}

// enginesAfter is the group that the engines' statistics follow.
const enginesAfter = "Saturation"

// failoversIn is the group that has what engines tell of their primaries.
const failoversIn = "Replication"

func isFailover(name string) bool { return name == kvdb.StatFailovers || name == kvdb.StatFailoverTime }

// sections returns the groups of the catalogue, and the statistics of engines in
// their place. The groups of others come last.
func sections() []section {
	var all []section
	for _, g := range append(catalog.Groups(), catalog.Others()...) {
		s := section{name: g.Name, about: g.About}
		for _, m := range g.Metrics {
			s.metrics = append(s.metrics, described{m, []string{source(m.Source)}})
		}
		if g.Name == failoversIn {
			s.addStats(isFailover)
		}
		all = append(all, s)
		if g.Name == enginesAfter {
			all = append(all, engines())
		}
	}
	return all
}

// engines returns the statistics of all engines, those of one name together.
func engines() section {
	s := section{
		name: "Engines",
		about: "What an engine says of itself. It is read in the background every ten seconds and not by a scrape; " +
			"what is not known, or older than half a minute, is left out. " +
			"When that is, the function `StatInfos` of the adapter says.",
	}
	s.addStats(func(name string) bool { return !isFailover(name) })
	for _, h := range engine.Hooks() {
		for _, m := range h.Metrics() {
			s.metrics = append(s.metrics, described{m, []string{origin(h.Name, h.Package)}})
		}
	}
	return s
}

// addStats adds those of all engines whose name is wanted.
func (s *section) addStats(wanted func(name string) bool) {
	for _, e := range engine.All() {
		for _, m := range e.Metrics() {
			if !wanted(m.Name) {
				continue
			}
			from := origin(e.Name, e.Package)
			at := slices.IndexFunc(s.metrics, func(other described) bool { return other.Name == m.Name })
			if at >= 0 && s.metrics[at].Help == m.Help {
				s.metrics[at].from = append(s.metrics[at].from, from)
				continue
			}
			s.metrics = append(s.metrics, described{m, []string{from}})
		}
	}
}

// origin names an engine or a client, and links to the package that reads it.
func origin(name, path string) string { return name + " (" + source(path) + ")" }

// source links to a package, of this project or by its path.
func source(name string) string {
	if strings.Contains(name, ".") {
		return "[" + name + "](https://pkg.go.dev/" + name + ")"
	}
	return "[" + name + "](../../" + name + ")"
}
