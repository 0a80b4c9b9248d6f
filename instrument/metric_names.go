package instrument

import "github.com/otelkv/otelkv/monitoring/catalog"

// scopeName is the instrumentation scope of everything that this package
// reports.
const scopeName = catalog.ScopeInstrument

// Names of metrics that other packages share or treat on their own.
const (
	// QuantilesName is the summary of the request latency. Only a Producer with
	// [WithSummaries] yields it, because OpenTelemetry's Prometheus exporter fails
	// the whole scrape over a summary.
	QuantilesName = catalog.QuantilesName

	// ExponentialDurationName is db.client.operation.duration once more, as an
	// exponential histogram of the same series, counts and sums, from a registry
	// with [WithExponentialDurations].
	//
	// Its scale is 3: a bucket's upper edge is 2^⅛, or 1.09, times the lower one.
	// What takes up to 32 ns is in the zero bucket, and what takes more than 1000 s
	// in the bucket of 1000 s. In between an operation may be in the bucket next to
	// its own, so that a quantile is at most 15 % off.
	ExponentialDurationName = catalog.ExponentialDurationName
)
