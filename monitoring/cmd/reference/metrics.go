package main

import (
	"slices"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// metricsPage returns docs/reference/metrics.md.
func metricsPage() string {
	d := newDocument("Metrics", theCatalogue)
	d.paragraph("Every metric that a program with otelkv can show: search this page for its name on `/metrics`. " +
		"Below it is its OpenTelemetry name, which it has over OTLP.")
	d.list(
		"**Kinds** are OpenTelemetry's. Its UpDownCounter is a gauge on `/metrics` whose values add up over replicas; those of a plain gauge do not. "+
			"A histogram is the series `_bucket`, `_sum` and `_count`.",
		"**Units** in braces are counts of things.",
		"**Labels** have underscores in place of the dots of attributes; their meanings are [below](#labels). "+
			"Those of a store are "+labels(storeLabels)+", the last two for an engine on another machine, and what `instrument.WithAttributes` adds.",
		"**Stable** metrics are those that the semantic conventions call stable. All others are in development: they can change with a minor version, "+
			"and the [changelog](../../CHANGELOG.md) says so.",
	)
	d.contents()
	for _, s := range sections() {
		d.section(s)
	}
	d.labels()
	d.operations()
	d.costs()
	return d.String()
}

// contents writes what there is, for readers who do not know the name yet.
func (d *document) contents() {
	var rows [][]string
	for _, s := range sections() {
		var links []string
		for _, m := range s.metrics {
			links = append(links, "[`"+m.title()+"`](#"+anchor(m.title())+")")
		}
		rows = append(rows, []string{link(s.name, ""), strings.Join(links, ", ")})
	}
	rows = append(rows,
		[]string{link(labelsHeading, ""), "what they mean, and the values that they can have"},
		[]string{link(operationsHeading, ""), "which an operation can have"},
		[]string{link(costHeading, ""), "series and samples a second, by engine"})
	d.table([]string{"section", "metrics"}, rows)
}

// section writes a group of metrics.
func (d *document) section(s section) {
	d.heading(2, s.name)
	from := s.from()
	if from != "" {
		d.paragraph(s.about + " From " + from + ".")
	} else {
		d.paragraph(s.about)
	}
	for _, m := range s.metrics {
		d.metric(m, from == "")
	}
}

// metric writes one metric, with where it is from unless its section says so.
func (d *document) metric(m described, from bool) {
	d.heading(3, "`"+m.title()+"`")
	d.paragraph(sentence(m.Help))
	facts := []string{"`" + m.Name + "`", kind(m.Metric)}
	if m.Only == catalog.Page {
		facts = []string{"Only on `/metrics`: " + kind(m.Metric)}
	}
	if m.Unit != "" {
		facts = append(facts, "`"+m.Unit+"`")
	}
	if m.Stability == catalog.Stable {
		facts = append(facts, "stable")
	}
	if len(m.Attributes) > 0 {
		facts = append(facts, "by "+labelsOf(m.Metric))
	}
	line := strings.Join(facts, ", ") + "."
	if from {
		line += " From " + enumerate(m.from, "and") + "."
	}
	d.paragraph(line)
	var more []string
	if when := whenOf(m.Metric); when != "" {
		more = append(more, "Present "+marked(when)+".")
	}
	for _, key := range m.Attributes {
		if values := m.Values[key]; values != nil {
			more = append(more, labels([]string{key})+" is "+enumerate(codes(values), "or")+".")
		}
	}
	if len(m.Bounds) > 0 {
		more = append(more, "Buckets: "+bounds(m.Metric)+".")
	}
	if len(m.Quantiles) > 0 {
		more = append(more, "Quantiles: "+numbers(m.Quantiles)+".")
	}
	if m.Note != "" {
		more = append(more, sentence(marked(m.Note)))
	}
	if len(more) > 0 {
		d.list(more...)
	}
}

// kind is that of OpenTelemetry, in the words of its documentation.
func kind(m catalog.Metric) string {
	if m.Kind == catalog.UpDownCounter {
		return "UpDownCounter"
	}
	return m.Kind.String()
}

// storeLabels are the attributes of everything that a store reports.
var storeLabels = []string{catalog.SystemName, catalog.Namespace, catalog.ServerAddress, catalog.ServerPort}

// labelsOf names the labels of a metric, those of a store as such.
func labelsOf(m catalog.Metric) string {
	own := slices.DeleteFunc(slices.Clone(m.Attributes), func(key string) bool { return slices.Contains(storeLabels, key) })
	switch {
	case len(own) == len(m.Attributes):
		return enumerate(codes(labelNames(own)), "and")
	case len(own) == 0:
		return "the labels of a store"
	default:
		return labels(own) + " and the labels of a store"
	}
}

func labels(keys []string) string { return code(labelNames(keys)...) }

func labelNames(keys []string) []string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = catalog.PrometheusLabel(key)
	}
	return names
}

func whenOf(m catalog.Metric) string {
	var parts []string
	if m.FromFirstUse {
		parts = append(parts, "for an operation once it has been used")
	}
	if m.When != "" {
		parts = append(parts, m.When)
	}
	return strings.Join(parts, ", ")
}
