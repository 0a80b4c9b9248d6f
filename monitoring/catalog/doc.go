// Package catalog says what telemetry this project emits: every metric with its
// name, unit, help, kind and attributes; the operations of a store with their
// outcomes and error types; log lines with their messages, levels and fields; and
// spans with their names and attributes. Every emitter takes its names from here,
// and the reference, rules and dashboards are generated from it, so they cannot
// disagree.
//
// Each name is a constant; [All], [Lines], [Fields], [Spans] and [Attributes] list
// what there is.
//
// The package emits nothing itself and imports only the standard library. It does
// not have the statistics of engines, which each adapter declares.
//
// The values are shared and must not be changed.
package catalog

// The pages under docs/reference, and the table of metrics in README.md.
//go:generate go -C ../cmd run ./reference
