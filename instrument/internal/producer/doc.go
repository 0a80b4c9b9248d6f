// Package producer makes of what a reader is told the metrics of OpenTelemetry's SDK.
// It is the only room of instrument that builds them.
package producer
