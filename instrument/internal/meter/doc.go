// Package meter tells the readers of a MeterProvider what stores have counted,
// through OpenTelemetry's API: asynchronous instruments for counters and gauges, and
// histograms that record each operation.
package meter
