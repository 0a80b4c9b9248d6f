// Package producer turns a collection of records into metrics of OpenTelemetry's
// SDK. No other part of instrument builds those.
package producer
