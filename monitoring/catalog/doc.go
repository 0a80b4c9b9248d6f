// Package catalog says what telemetry this project emits: every metric with its
// name, unit, help, kind and attributes, the operations of a store with their
// outcomes and error types, log lines with their messages, levels and fields, and
// spans with their names and attributes. Whatever emits takes its names from here,
// and the reference, rules and dashboards are made from it, so that none of them
// can disagree.
//
// Each name is a constant, and [All], [Lines], [Fields], [Spans] and [Attributes]
// list what they are part of.
//
// It emits nothing itself and imports the standard library alone. Statistics of
// engines are not in it: each adapter declares its own.
//
// The values are shared and must not be changed.
package catalog

// The pages under docs/reference, and the table of metrics in README.md.
//go:generate go -C ../cmd run ./reference
