package page

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A family is one of the page, with where its series come from.
type family struct {
	*dto.MetricFamily
	source  *Source
	trusted bool // all of its series are
	copied  bool // the MetricFamily is the page's own
	seen    map[string]bool
}

// merge makes one family of those that have one name. The first source that has a
// series wins, and the first one that has a family decides on its type.
func merge(parts []part, losses *Losses) []*family {
	merging := merging{byName: make(map[string]*family), losses: losses}
	for _, p := range parts {
		_, checked := p.source.gatherer.(*prometheus.Registry) // each series is there once
		for _, f := range p.families {
			if f != nil {
				merging.add(p.source, f, checked)
			}
		}
	}
	slices.SortFunc(merging.all, func(a, b *family) int { return cmp.Compare(a.GetName(), b.GetName()) })
	return merging.all
}

type merging struct {
	byName map[string]*family
	all    []*family
	losses *Losses
}

func (m *merging) add(source *Source, f *dto.MetricFamily, checked bool) {
	to := m.byName[f.GetName()]
	switch {
	case to == nil:
		if other := m.collision(f); other != "" {
			m.losses.drop(source, f.GetName(), conflict, "its samples have the names of those of "+other, len(f.GetMetric()))
			return
		}
		to = &family{MetricFamily: f, source: source, trusted: source.trusted}
		m.byName[f.GetName()] = to
		m.all = append(m.all, to)
		if checked {
			return
		}
		to.own(nil)
	case to.GetType() != f.GetType():
		m.losses.drop(source, f.GetName(), conflict,
			fmt.Sprintf("it is a %v, and a %v of %s", f.GetType(), to.GetType(), to.source.name), len(f.GetMetric()))
		return
	default:
		to.own(to.GetMetric())
		to.trusted = to.trusted && source.trusted
	}
	for _, metric := range f.GetMetric() {
		if key := seriesKey(metric); to.seen[key] {
			m.losses.drop(source, f.GetName(), duplicate, "a series is there already", 1)
		} else {
			to.seen[key] = true
			to.Metric = append(to.Metric, metric)
		}
	}
}

// own makes the family the page's own, with these series: that of a source may be
// on other pages.
func (f *family) own(series []*dto.Metric) {
	if f.copied {
		return
	}
	f.MetricFamily = withMetrics(f.MetricFamily, slices.Clone(series))
	f.copied, f.seen = true, make(map[string]bool)
	for _, metric := range series {
		f.seen[seriesKey(metric)] = true
	}
}

func withMetrics(f *dto.MetricFamily, metrics []*dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: f.Name, Help: f.Help, Type: f.Type, Unit: f.Unit, Metric: metrics}
}

// seriesKey is the identity of a series within its family.
func seriesKey(m *dto.Metric) string {
	parts := make([]string, 0, len(m.GetLabel())+1)
	for _, label := range m.GetLabel() {
		if label.GetValue() != "" { // which is no label to Prometheus
			parts = append(parts, label.GetName()+"\xff"+label.GetValue())
		}
	}
	slices.Sort(parts)
	if m != nil && m.TimestampMs != nil {
		parts = append(parts, strconv.FormatInt(m.GetTimestampMs(), 10))
	}
	return strings.Join(parts, "\xff")
}

// collision returns the family whose samples would have the names of those of f.
func (m *merging) collision(f *dto.MetricFamily) string {
	for _, suffix := range suffixes(dto.MetricType_HISTOGRAM) {
		if base, ok := strings.CutSuffix(f.GetName(), suffix); ok {
			if other := m.byName[base]; other != nil && slices.Contains(suffixes(other.GetType()), suffix) {
				return base
			}
		}
	}
	for _, suffix := range suffixes(f.GetType()) {
		if m.byName[f.GetName()+suffix] != nil {
			return f.GetName() + suffix
		}
	}
	return ""
}

// suffixes are what a type adds to its name.
func suffixes(t dto.MetricType) []string {
	switch t {
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		return []string{"_bucket", "_count", "_sum"}
	case dto.MetricType_SUMMARY:
		return []string{"_count", "_sum"}
	default:
		return nil
	}
}
