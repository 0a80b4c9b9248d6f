package main

import (
	"fmt"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Headings of the page of lines, by the package that writes them.
var lineSections = []struct{ source, name, about string }{
	{"instrument", "Operations", "What happened to an operation of a store. Each line names the store, and has the trace of the operation."},
	{"health", "Checks and probes", "What changes about the program's readiness, and why."},
	{"pprofx", "Profiles and evidence", "What was captured, and which clients were refused."},
	{"otelsetup", "The telemetry itself", "What is lost, late or left out on the way out."},
	{"examples", "The example programs", "What the programs under [examples](../../examples) say, beside all of the above."},
}

const fieldsHeading = "Fields"

// logsPage returns docs/reference/logs.md.
func logsPage() string {
	d := newDocument("Lines of the log", theCatalogue)
	d.paragraph("Every kind of line that a program with otelkv can write by itself: search this page for its message, which never varies. " +
		"With the logger of otelsetup a line is a JSON object on standard output, and the same record over OTLP; " +
		"with a logger of your own it is whatever that makes of it.")
	d.list(
		"Every line has "+code(catalog.FieldTimestamp, catalog.FieldLevel, catalog.FieldMessage)+"; "+
			"one that belongs to a span has "+code(catalog.FieldTraceID, catalog.FieldSpanID, catalog.FieldTraceFlags)+", too. "+
			"A field of yours by such a name has a number: "+code(catalog.FieldLevel+"_1")+".",
		"The meanings of the fields are [below](#fields). They hold no values of a store, and keys only if you ask for them.",
		"[Logs and traces](../guides/logs-and-traces.md) shows how to get from a metric to its lines.",
	)
	var rows [][]string
	for _, l := range catalog.Lines() {
		rows = append(rows, []string{link(l.Message, ""), levels(l), sentence(marked(l.When))})
	}
	d.table([]string{"message", "level", "when"}, rows)
	for _, s := range lineSections {
		d.heading(2, s.name)
		d.paragraph(s.about)
		for _, l := range catalog.Lines() {
			if top, _, _ := strings.Cut(l.Sources[0], "/"); top == s.source {
				d.line(l)
			}
		}
	}
	d.fields()
	return d.String()
}

func (d *document) line(l catalog.Line) {
	d.heading(3, l.Message)
	d.paragraph(sentence(marked(l.When)))
	var sources []string
	for _, s := range l.Sources {
		sources = append(sources, source(s))
	}
	d.paragraph(fmt.Sprintf("At %s. From %s.", levels(l), enumerate(sources, "and")))
	var more []string
	if len(l.Fields) > 0 {
		more = append(more, "Fields: "+code(l.Fields...)+".")
	}
	if len(l.Optional) > 0 {
		more = append(more, "If applicable: "+code(l.Optional...)+".")
	}
	if l.Open {
		more = append(more, "Fields of other code can follow.")
	}
	if l.Note != "" {
		more = append(more, sentence(marked(l.Note)))
	}
	if len(more) > 0 {
		d.list(more...)
	}
}

// levels writes the level that a line has, and those that it can have instead.
func levels(l catalog.Line) string {
	words := make([]string, len(l.Levels))
	for i, level := range l.Levels {
		words[i] = "`" + string(level) + "`"
	}
	return enumerate(words, "or")
}

// fields writes what the fields of lines mean.
func (d *document) fields() {
	d.heading(2, fieldsHeading)
	var rows [][]string
	for _, f := range catalog.Fields() {
		rows = append(rows, []string{code(f.Field), string(f.Type), marked(f.Help)})
	}
	d.table([]string{"field", "type", "meaning"}, rows)
}
