// Package prometheus pins Prometheus 3 and its promtool, to which the tests of
// e2e push metrics over OTLP, through the tool lines of its go.mod. Debian's
// Prometheus, which the other tests scrape with, is older.
//
// The module is outside the workspace; build it with GOWORK=off.
package prometheus
