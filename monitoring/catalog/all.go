package catalog

import "slices"

// All returns every metric that this project emits, in the order of the
// reference, in memory of the caller's own.
func All() []Metric { return metricsOf(groups) }

// Find returns the metric of a name, ours or one of [Others].
func Find(name string) (Metric, bool) {
	for _, m := range append(All(), metricsOf(otherGroups)...) {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

func cloned(groups []Group) []Group {
	all := slices.Clone(groups)
	for i := range all {
		all[i].Metrics = slices.Clone(all[i].Metrics)
	}
	return all
}

func metricsOf(groups []Group) (all []Metric) {
	for _, g := range groups {
		all = append(all, g.Metrics...)
	}
	return all
}
