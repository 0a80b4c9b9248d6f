package table

import (
	"slices"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Rows has all metrics of this package but those that engines bring, in the
// order in which they are told by a Producer and through a MeterProvider. A new
// metric is an entry of the catalogue, a row here, and what counts it.
var Rows = []Row{
	{Metric: catalog.OperationDuration, Each: 1, Distributions: durations, Measure: &measureDuration},
	{Metric: catalog.OperationDurationExponential, Distributions: exponentials},
	{Metric: catalog.RequestLatency, Each: 1, Distributions: latencies, Measure: &measureLatency},
	{Metric: catalog.RequestLatencyQuantiles, Distributions: quantiles},
	{Metric: catalog.Requests, Each: 5, Ints: requests},
	{Metric: catalog.Errors, Each: int(record.BuiltinFailures), Ints: failures},
	{Metric: catalog.BytesRead, Each: 1, Ints: sums(func(s *record.OperationSnapshot) uint64 { return s.Read })},
	{Metric: catalog.BytesWritten, Each: 1, Ints: sums(func(s *record.OperationSnapshot) uint64 { return s.Written })},
	{Metric: catalog.RequestSize, Whole: true, Distributions: requestSizes, Measure: &measureRequestSize},
	{Metric: catalog.ResponseSize, Whole: true, Distributions: responseSizes, Measure: &measureResponseSize},
	{Metric: catalog.BatchItems, Ints: items},
	{Metric: catalog.InFlight, Ints: inFlight},
	{Metric: catalog.InFlightOldestAge, Floats: oldestAge},
	{Metric: catalog.InFlightOldestOwnAge, Floats: oldestOwnAge},
	{Metric: catalog.InFlightHungAge, One: true, Floats: hungAge},
	{Metric: catalog.LogSuppressed, Ints: suppressed},
	{Metric: catalog.Utilization, Floats: utilization},
	{Metric: catalog.ReplicationLag, Floats: lag},
	{Metric: catalog.ReplicationConnected, Floats: connected},
	{Metric: catalog.PoolConnections, Ints: poolCount},
	{Metric: catalog.PoolMax, Ints: poolGauge(record.PoolMax)},
	{Metric: catalog.PoolIdleMin, Ints: poolGauge(record.PoolIdleMin)},
	{Metric: catalog.PoolIdleMax, Ints: poolGauge(record.PoolIdleMax)},
	{Metric: catalog.PoolPendingRequests, Ints: poolGauge(record.PoolPending)},
	{Metric: catalog.PoolTimeouts, Ints: poolTimeoutCount},
	{Metric: catalog.PoolCreateTime, Distributions: poolCreateTime},
	{Metric: catalog.PoolWaitTime, Distributions: poolWaitTime},
	{Metric: catalog.DialErrors, Ints: dialErrors},
	{Metric: catalog.StatsAge, Floats: statsAge},
	{Metric: catalog.Connections, Shared: true, Ints: connections},
	{Metric: catalog.FarewellsLost, Shared: true, Ints: farewellsLost},
	{Metric: catalog.ClockFallbacks, Shared: true, Ints: clockFallbacks},
}

// Most is how many series the table shows at most of an operation of a store, and
// without one of the store besides its operations.
func Most(r *record.Record, info *record.OperationInfo, failures, durationBounds int) int {
	n := 0
	for i := range Rows {
		row := &Rows[i]
		if !r.Pooled && slices.Contains(row.Attributes, catalog.PoolName) {
			continue
		}
		byOperation := slices.Contains(row.Attributes, catalog.OperationName) && !row.One
		if byOperation == (info != nil) && (info == nil || row.appliesTo(r, info)) {
			n += row.most(failures, durationBounds)
		}
	}
	return n
}
