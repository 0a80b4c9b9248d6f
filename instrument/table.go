package instrument

import (
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A row is a metric with all that is needed to report it. It has the one of the
// three ways to its points that belongs to its kind.
type row struct {
	catalog.Metric
	each          int  // points of an operation, for the memory to begin with
	shared        bool // the registry's and no store's: its points have no source
	ints          func(*record.Collection, intPoints)
	floats        func(*record.Collection, floatPoints)
	distributions func(*record.Collection, distributionPoints)
	whole         bool     // distributions are of bytes, else of nanoseconds that are told as seconds
	measure       *measure // of a MeterProvider's own histogram, if there is one
}

// A measure is what a MeterProvider's own histogram records of an operation: the
// one kind of metric that cannot be told from a record.
type measure struct {
	failure bool // by the type of the error, too
	has     func(*record.Record, *record.OperationInfo) bool
	value   func(d time.Duration, sent, read int) float64
}

// Who gets the points of a collection.
type (
	intPoints          = func(*record.Source, attribute.Set, int64)
	floatPoints        = func(*record.Source, attribute.Set, float64)
	distributionPoints = func(*record.Source, attribute.Set, distribution)
)

// A distribution is one series of a histogram or summary. Its memory is its own.
type distribution struct {
	bounds    []float64
	counts    []uint64 // by bound
	sum       uint64   // nanoseconds or bytes
	exemplars []record.Exemplar
	spread    record.Spread
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
// metric is an entry of the catalogue, a row here, and what counts it.
var table = []row{
	{Metric: catalog.OperationDuration, each: 1, distributions: durations, measure: &measureDuration},
	{Metric: catalog.OperationDurationExponential, distributions: exponentials},
	{Metric: catalog.RequestLatency, each: 1, distributions: latencies, measure: &measureLatency},
	{Metric: catalog.RequestLatencyQuantiles, distributions: quantiles},
	{Metric: catalog.Requests, each: 5, ints: requests},
	{Metric: catalog.Errors, each: int(record.BuiltinFailures), ints: failures},
	{Metric: catalog.BytesRead, each: 1, ints: sums(func(s *record.OperationSnapshot) uint64 { return s.Read })},
	{Metric: catalog.BytesWritten, each: 1, ints: sums(func(s *record.OperationSnapshot) uint64 { return s.Written })},
	{Metric: catalog.RequestSize, whole: true, distributions: requestSizes, measure: &measureRequestSize},
	{Metric: catalog.ResponseSize, whole: true, distributions: responseSizes, measure: &measureResponseSize},
	{Metric: catalog.BatchItems, ints: items},
	{Metric: catalog.InFlight, ints: inFlight},
	{Metric: catalog.LogSuppressed, ints: suppressed},
	{Metric: catalog.Utilization, floats: utilization},
	{Metric: catalog.ReplicationLag, floats: lag},
	{Metric: catalog.ReplicationConnected, floats: connected},
	{Metric: catalog.PoolConnections, ints: poolCount},
	{Metric: catalog.PoolMax, ints: poolGauge(record.PoolMax)},
	{Metric: catalog.PoolPendingRequests, ints: poolGauge(record.PoolPending)},
	{Metric: catalog.PoolTimeouts, ints: poolTimeoutCount},
	{Metric: catalog.PoolWaitTime, distributions: poolWaitTime},
	{Metric: catalog.StatsAge, floats: statsAge},
	{Metric: catalog.Connections, shared: true, ints: connections},
	{Metric: catalog.FarewellsLost, shared: true, ints: farewellsLost},
}
