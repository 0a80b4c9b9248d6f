// Package otelkv is the root of an observability SDK for key-value stores: it
// holds no code. Use its packages together, or any of them alone.
//
//   - [github.com/otelkv/otelkv/kvdb] is what a store is: an interface, optional
//     capabilities, and errors with a kind. The adapters for engines lie below it,
//     each in a module of its own, and know nothing of telemetry.
//   - [github.com/otelkv/otelkv/instrument] wraps a store in one line and records
//     metrics with exemplars, spans and operation logs.
//   - [github.com/otelkv/otelkv/health] answers the probes of an orchestrator from
//     checks that run in the background.
//   - [github.com/otelkv/otelkv/pprofx] serves profiles to those who may see them,
//     and keeps evidence of what was slow.
//   - github.com/otelkv/otelkv/otelsetup, a module of its own, sets up
//     OpenTelemetry for a whole program in one call: /metrics, OTLP and JSON logs.
//     Its package observe joins all of these, and serves them.
//   - [github.com/otelkv/otelkv/monitoring/catalog] says what telemetry there is,
//     and [github.com/otelkv/otelkv/monitoring/objective] which numbers are bad.
//
// This module requires the OpenTelemetry API, its metrics SDK and zap. The heavy
// dependencies, gRPC and the exporters, come with otelsetup only.
package otelkv
