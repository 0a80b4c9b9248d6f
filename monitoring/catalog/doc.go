// Package catalog decides what telemetry this project emits: every metric with its
// name, unit, help, kind, attributes and the bounds of histograms; the operations of a
// store with their outcomes and error types, and which errors are the caller's fault;
// log lines with their messages, levels and fields; and spans with their names and
// attributes. Every emitter takes these from here, and the reference is generated from
// it, so they cannot disagree. Rules and dashboards can be made from it, too.
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
