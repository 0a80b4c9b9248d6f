package main

import (
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

const operationsHeading = "Operations, outcomes and errors"

// operations writes which values the labels of an operation have.
func (d *document) operations() {
	d.heading(2, operationsHeading)
	d.paragraph("A store has the operations that its capabilities bring, and a batch of one is the plain operation. " +
		"What an operation can do by its contract has its series from the start; anything else gets one when it happens. " +
		"The duration of those marked with * contains the caller's own code.")
	var rows [][]string
	for _, o := range catalog.Operations() {
		c := o.Contract()
		name := code(string(o))
		if c.CallerTime {
			name += " *"
		}
		capabilities := code(c.Capabilities...)
		if capabilities == "" {
			capabilities = "every store"
		}
		rows = append(rows, []string{name, strings.ReplaceAll(capabilities, ", ", " or "), words(c.Outcomes), words(c.Errors)})
	}
	d.table([]string{"`db_operation_name`", "of stores with", "`kvdb_outcome`", "`error_type`"}, rows)
	d.paragraph("A Recorder has the operations that its program declares, and what is not declared counts as `other`.")
	rows = nil
	for _, o := range catalog.Outcomes() {
		rows = append(rows, []string{code(string(o)), sentence(marked(o.Help()))})
	}
	d.table([]string{"`kvdb_outcome`", "meaning"}, rows)
	rows = nil
	for _, k := range catalog.ErrorKinds() {
		rows = append(rows, []string{code(string(k)), sentence(marked(k.Help()))})
	}
	d.table([]string{"`error_type`", "meaning"}, rows)
	d.paragraph("`instrument.WithErrorClassifier` declares further types of errors.")
}

func words[T ~string](names []T) string { return strings.Join(textsOf(names), ", ") }

func textsOf[T ~string](names []T) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	return all
}
