package main

import "github.com/otelkv/otelkv/monitoring/catalog"

const labelsHeading = "Labels"

// labels writes what the labels of metrics mean.
func (d *document) labels() {
	used := make(map[string]bool)
	for _, s := range sections() {
		for _, m := range s.metrics {
			for _, key := range m.Attributes {
				used[key] = true
			}
		}
	}
	d.heading(2, labelsHeading)
	var rows [][]string
	for _, a := range catalog.Attributes() {
		if used[a.Key] {
			rows = append(rows, []string{labels([]string{a.Key}), meaning(a)})
		}
	}
	d.table([]string{"label", "meaning"}, rows)
}

// meaning says what an attribute is, and which values it can have.
func meaning(a catalog.Attribute) string {
	text := sentence(marked(a.Help))
	if len(a.Values) > 0 {
		text += " Values: " + code(a.Values...) + "."
	}
	return text
}
