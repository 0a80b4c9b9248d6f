package instrument

// scopeName is the instrumentation scope of everything that this package
// reports.
const scopeName = "github.com/otelkv/otelkv/instrument"

// Names of metrics that other packages share or treat on their own.
const (
	// QuantilesName is the summary of the request latency. Only a Producer with
	// [WithSummaries] yields it, because OpenTelemetry's Prometheus exporter fails
	// the whole scrape over a summary.
	QuantilesName = "kvdb.request.latency.quantiles"

	// ExponentialDurationName is db.client.operation.duration once more, as an
	// exponential histogram of the same series, counts and sums, from a registry
	// with [WithExponentialDurations].
	//
	// Its scale is 3: a bucket's upper edge is 2^⅛, or 1.09, times the lower one.
	// What takes up to 32 ns is in the zero bucket, and what takes more than 1000 s
	// in the bucket of 1000 s. In between an operation may be in the bucket next to
	// its own, so that a quantile is at most 15 % off.
	ExponentialDurationName = "db.client.operation.duration.exponential"

	// UtilizationName is the used share of a resource. This package reports the
	// disk below each store; package otelsetup the processor and the memory.
	UtilizationName = "kvdb.utilization"

	// UtilizationUnit and UtilizationDescription belong to UtilizationName.
	UtilizationUnit        = "1"
	UtilizationDescription = "Used share of a resource"
)

// DiskUtilizationStat is the name of the kvdb.Stat in which an engine reports
// the used share of the filesystem below it. It is shown as kvdb.utilization.
const DiskUtilizationStat = "kvdb.utilization.disk"

const engineStatPrefix = "kvdb.engine."

// A definition is the identity of a metric.
type definition struct{ name, unit, description string }

var (
	durationMetric      = definition{"db.client.operation.duration", "s", "Duration of operations"}
	exponentialMetric   = definition{ExponentialDurationName, "s", "Duration of operations in exponential buckets"}
	latencyMetric       = definition{"kvdb.request.latency", "s", "Duration of operations in four buckets"}
	quantilesMetric     = definition{QuantilesName, "s", "Duration of operations over the last minute"}
	requestsMetric      = definition{"kvdb.requests", "{request}", "Operations that ended, by outcome"}
	errorsMetric        = definition{"kvdb.errors", "{error}", "Operations that ended in an error, by type"}
	readMetric          = definition{"kvdb.bytes.read", "By", "Bytes of keys and values delivered"}
	writtenMetric       = definition{"kvdb.bytes.written", "By", "Bytes of keys and values sent"}
	requestSizeMetric   = definition{"kvdb.request.size", "By", "Bytes of keys and values sent by an operation"}
	responseSizeMetric  = definition{"kvdb.response.size", "By", "Bytes of keys and values delivered by an operation"}
	itemsMetric         = definition{"kvdb.batch.items", "{item}", "Items of batches"}
	inFlightMetric      = definition{"kvdb.in_flight", "{operation}", "Operations that started and have not ended"}
	suppressedMetric    = definition{"kvdb.log.suppressed", "{line}", "Lines that were held back because too many agreed"}
	utilizationMetric   = definition{UtilizationName, UtilizationUnit, UtilizationDescription}
	lagMetric           = definition{"kvdb.replication.lag", "s", "How far a replica is behind"}
	connectedMetric     = definition{"kvdb.replication.connected", "", "Whether a replica is connected"}
	connectionsMetric   = definition{"kvdb.connections", "{connection}", "Open connections of the server"}
	farewellsLostMetric = definition{"kvdb.farewells.lost", "{store}", "Closed stores that were forgotten before this reader had their final values"}
	statsAgeMetric      = definition{"kvdb.stats.age", "s", "Age of the engine's own statistics"}
)

var quantileShares = []float64{0.5, 0.95, 0.99}
