// Package meter reports what stores have counted through OpenTelemetry's metric
// API: asynchronous instruments for counters and gauges, and histograms that
// record each operation.
package meter
