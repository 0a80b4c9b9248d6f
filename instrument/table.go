package instrument

import "go.opentelemetry.io/otel/attribute"

// A row is a metric with all that is needed to report it. It has the one of the
// three ways to its points that belongs to its kind.
type row struct {
	definition
	kind          kind
	each          int  // points of an operation, for the memory to begin with
	shared        bool // the registry's and no store's: its points have no source
	ints          func(*collection, intPoints)
	floats        func(*collection, floatPoints)
	distributions func(*collection, distributionPoints)
	measure       *measure // of a MeterProvider's own histogram, if there is one
}

// Who gets the points of a collection.
type (
	intPoints          = func(*source, attribute.Set, int64)
	floatPoints        = func(*source, attribute.Set, float64)
	distributionPoints = func(*source, attribute.Set, distribution)
)

type kind uint8

const (
	counter kind = iota
	upDownCounter
	gauge
	histogram     // of seconds
	sizeHistogram // of bytes
	exponentialHistogram
	summary
)

// A distribution is one series of a histogram or summary. Its memory is its own.
type distribution struct {
	bounds    []float64
	counts    []uint64 // by bound
	sum       uint64   // nanoseconds or bytes
	exemplars []exemplar
	spread    spread
	quantiles []float64
}

// count is the sum of the buckets.
func (d *distribution) count() uint64 {
	var n uint64
	for _, c := range d.counts {
		n += c
	}
	return n
}

// table has all metrics of this package but those that engines bring, in the
// order in which they are told by a Producer and through a MeterProvider. A new
// metric is a row here.
var table = []row{
	{definition: durationMetric, kind: histogram, each: 1, distributions: durations, measure: &measureDuration},
	{definition: exponentialMetric, kind: exponentialHistogram, distributions: exponentials},
	{definition: latencyMetric, kind: histogram, each: 1, distributions: latencies, measure: &measureLatency},
	{definition: quantilesMetric, kind: summary, distributions: quantiles},
	{definition: requestsMetric, kind: counter, each: 5, ints: requests},
	{definition: errorsMetric, kind: counter, each: len(writeFailures), ints: failures},
	{definition: readMetric, kind: counter, each: 1, ints: sums(func(s *opSnapshot) uint64 { return s.read })},
	{definition: writtenMetric, kind: counter, each: 1, ints: sums(func(s *opSnapshot) uint64 { return s.written })},
	{definition: requestSizeMetric, kind: sizeHistogram, distributions: requestSizes, measure: &measureRequestSize},
	{definition: responseSizeMetric, kind: sizeHistogram, distributions: responseSizes, measure: &measureResponseSize},
	{definition: itemsMetric, kind: counter, ints: items},
	{definition: inFlightMetric, kind: upDownCounter, ints: inFlight},
	{definition: suppressedMetric, kind: counter, ints: suppressed},
	{definition: utilizationMetric, kind: gauge, floats: utilization},
	{definition: lagMetric, kind: gauge, floats: lag},
	{definition: connectedMetric, kind: gauge, floats: connected},
	{definition: poolCountMetric, kind: upDownCounter, ints: poolCount},
	{definition: poolMaxMetric, kind: upDownCounter, ints: poolGauge(poolMax)},
	{definition: poolPendingMetric, kind: upDownCounter, ints: poolGauge(poolPending)},
	{definition: poolTimeoutsMetric, kind: counter, ints: poolTimeoutCount},
	{definition: poolWaitMetric, kind: histogram, distributions: poolWaitTime},
	{definition: statsAgeMetric, kind: gauge, floats: statsAge},
	{definition: connectionsMetric, kind: upDownCounter, shared: true, ints: connections},
	{definition: farewellsLostMetric, kind: counter, shared: true, ints: farewellsLost},
}
