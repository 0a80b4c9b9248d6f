package main

import (
	"reflect"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// spansPage returns docs/reference/spans.md.
func spansPage() string {
	d := newDocument("Spans", theCatalogue)
	d.paragraph("Every kind of span that a program with otelkv can make, and the events that it adds to spans of yours. " +
		"The operations of a store keep to the semantic conventions for database clients.")
	d.list(
		"A name in braces stands for the value of that attribute.",
		"`instrument.WithSpanOptions` decides for which operations there are spans, or whether there are events in their place.",
	)
	spans := catalog.Spans()
	for i := 0; i < len(spans); {
		n := 1
		for i+n < len(spans) && alike(spans[i], spans[i+n]) {
			n++
		}
		d.span(spans[i : i+n])
		i += n
	}
	d.heading(2, "Attributes")
	var rows [][]string
	for _, a := range catalog.Attributes() {
		if onSpan(spans, a.Key) {
			rows = append(rows, []string{code(a.Key), string(a.Type), meaning(a)})
		}
	}
	d.table([]string{"attribute", "type", "meaning"}, rows)
	return d.String()
}

// alike reports whether two spans differ in their names only.
func alike(a, b catalog.Span) bool {
	a.Name = b.Name
	return reflect.DeepEqual(a, b)
}

// span writes spans that differ in their names only.
func (d *document) span(spans []catalog.Span) {
	s := spans[0]
	names := make([]string, len(spans))
	for i, other := range spans {
		names[i] = other.Name
	}
	title := "`" + s.Name + "`"
	if len(spans) > 1 {
		title = "Spans of " + s.Source
	}
	if s.Event {
		title += ", an event"
	}
	d.heading(2, title)
	d.paragraph(sentence(marked(s.When)))
	var facts []string
	if len(spans) > 1 {
		facts = append(facts, "Names: "+code(names...)+".")
	}
	if len(s.Kinds) > 0 {
		facts = append(facts, "Kind: "+enumerate(textsOf(s.Kinds), "or")+".")
	}
	if len(s.Attributes) > 0 {
		facts = append(facts, "Attributes from the start, which samplers see: "+code(s.Attributes...)+".")
	}
	if len(s.Optional) > 0 {
		facts = append(facts, "If applicable: "+code(s.Optional...)+".")
	}
	for part := range strings.SplitSeq(s.Note, ". ") {
		facts = append(facts, sentence(marked(part)))
	}
	facts = append(facts, "From "+source(s.Source)+", "+string(s.Stability)+".")
	d.list(facts...)
}

func onSpan(spans []catalog.Span, key string) bool {
	for _, s := range spans {
		for _, other := range append(s.Attributes[:len(s.Attributes):len(s.Attributes)], s.Optional...) {
			if other == key {
				return true
			}
		}
	}
	return false
}
