// Package everything boots all that emits telemetry in one process, with every
// option on, makes all of it happen, and holds what arrives at Prometheus and over
// OTLP against monitoring/catalog, in both directions: nothing is emitted that is
// not in the catalogue, and nothing is in the catalogue that is not emitted.
package everything
