package catalog

// Names of the metrics that some readers cannot take.
const (
	QuantilesName           = "kvdb.request.latency.quantiles"
	ExponentialDurationName = "db.client.operation.duration.exponential"
)

// Metrics of the operations of a store.
var (
	OperationDuration = Metric{
		Name: "db.client.operation.duration", Unit: "s", Kind: Histogram,
		Help:       "Duration of database client operations",
		Attributes: perOperation(ErrorType),
		Bounds: []float64{
			1e-6, 5e-6, 10e-6, 50e-6, 100e-6, 500e-6,
			0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10,
		},
		When:      "at zero without error.type; with it, from the first such error on",
		Note:      "The durations of scan, view and update contain the caller's own code. Exemplars name the operation's own span. So that a store stays below 1,500 series, pairs of operation and error type for which there is no room count as _OTHER here; kvdb.errors has the type itself",
		Stability: Stable, Source: fromInstrument,
	}
	OperationDurationExponential = Metric{
		Name: ExponentialDurationName, Unit: "s", Kind: ExponentialHistogram,
		Help:       "Duration of database client operations, in exponential buckets",
		Attributes: perOperation(ErrorType),
		When:       "with otelsetup.WithNativeHistograms; on /metrics it is the native side of db_client_operation_duration_seconds",
		Note:       "The upper edge of a bucket is 1.09 times the lower one",
		Stability:  Development, Source: fromInstrument,
	}
	RequestLatency = Metric{
		Name: "kvdb.request.latency", Unit: "s", Kind: Histogram,
		Help:       "Duration of operations in four buckets",
		Attributes: perOperation(), Bounds: []float64{0.001, 0.01, 0.1, 1},
		When:         "unless instrument.WithoutCompatMetrics is given",
		FromFirstUse: true, Stability: Development, Source: fromInstrument,
	}
	RequestLatencyQuantiles = Metric{
		Name: QuantilesName, Unit: "s", Kind: Summary,
		Help:       "Duration of operations over the last minute",
		Attributes: perOperation(), Quantiles: []float64{0.5, 0.95, 0.99},
		When:         "unless instrument.WithoutCompatMetrics is given, and for a reader that asks for summaries, as those of otelsetup do",
		Note:         "A quantile is at most 5 % off, and NaN where the last minute had no operation. Quantiles do not add up over replicas: take those of db.client.operation.duration there",
		FromFirstUse: true, Stability: Development, Source: fromInstrument,
	}
	Requests = Metric{
		Name: "kvdb.requests", Unit: "{request}", Kind: Counter,
		Help:       "Operations that ended, by outcome",
		Attributes: perOperation(OutcomeAttribute),
		Stability:  Development, Source: fromInstrument,
	}
	Errors = Metric{
		Name: "kvdb.errors", Unit: "{error}", Kind: Counter,
		Help:       "Operations that ended in an error, by type",
		Attributes: perOperation(ErrorType),
		Note:       "Only the outcome error counts. The types invalid_argument, too_large and closed are the caller's fault and do not count against the objective",
		Stability:  Development, Source: fromInstrument,
	}
	BytesRead = Metric{
		Name: "kvdb.bytes.read", Unit: "By", Kind: Counter,
		Help:       "Bytes of keys and values delivered",
		Attributes: perOperation(), Stability: Development, Source: fromInstrument,
	}
	BytesWritten = Metric{
		Name: "kvdb.bytes.written", Unit: "By", Kind: Counter,
		Help:       "Bytes of keys and values sent",
		Attributes: perOperation(),
		Note:       "It counts when the operation begins, so failed operations are included. It is what was sent, not what was stored: for a get the key, for compare_and_swap also the expected value, for update also the keys that it reads and the bounds that it scans. The sum over put, delete and the batches of writes comes close to what was stored",
		Stability:  Development, Source: fromInstrument,
	}
	RequestSize = Metric{
		Name: "kvdb.request.size", Unit: "By", Kind: Histogram,
		Help:       "Bytes of keys and values sent by an operation",
		Attributes: perOperation(), Bounds: sizes[:],
		When: "with instrument.WithSizes", Note: "Its sum is kvdb.bytes.written, with that of operations in flight",
		FromFirstUse: true, Stability: Development, Source: fromInstrument,
	}
	ResponseSize = Metric{
		Name: "kvdb.response.size", Unit: "By", Kind: Histogram,
		Help:       "Bytes of keys and values delivered by an operation",
		Attributes: perOperation(), Bounds: sizes[:],
		When: "with instrument.WithSizes", FromFirstUse: true, Stability: Development, Source: fromInstrument,
	}
	BatchItems = Metric{
		Name: "kvdb.batch.items", Unit: "{item}", Kind: Counter,
		Help:       "Items of batches",
		Attributes: perOperation(), When: "for stores with batches",
		Stability: Development, Source: fromInstrument,
	}
	InFlight = Metric{
		Name: "kvdb.in_flight", Unit: "{operation}", Kind: UpDownCounter,
		Help:       "Operations that started and have not ended",
		Attributes: perStore(), Stability: Development, Source: fromInstrument,
	}
	InFlightOldestAge = Metric{
		Name: "kvdb.in_flight.oldest_age", Unit: "s", Kind: Gauge,
		Help:       "Age of the oldest operation that has not ended, at most a second too low",
		Attributes: perStore(), Note: "0 while no watch of once a second has found any in flight",
		Stability: Development, Source: fromInstrument,
	}
	InFlightOldestOwnAge = Metric{
		Name: "kvdb.in_flight.oldest_own_age", Unit: "s", Kind: Gauge,
		Help:       "Age of the oldest operation that has not ended and contains none of the caller's code, at most a second too low",
		Attributes: perStore(), Note: "0 while no watch of once a second has found any in flight. A scan, a view and an update may last as long as their caller likes and are not in it: what it shows hangs",
		Stability: Development, Source: fromInstrument,
	}
	InFlightHungAge = Metric{
		Name: "kvdb.in_flight.hung_age", Unit: "s", Kind: Gauge,
		Help:       "Age of the oldest operation that has not ended, where it hangs: its own code has run for half a minute",
		Attributes: perOperation(), When: "while one hangs, and then of that operation: a store has one series",
		Note:      "It tells which operation kvdb.in_flight.oldest_own_age is about. To alert, take that one, which stays when nothing hangs any more",
		Stability: Development, Source: fromInstrument,
	}
)

// sizes are 16 B × 4ⁿ up to 16 MiB.
var sizes = func() (bounds [11]float64) {
	for i := range bounds {
		bounds[i] = float64(uint64(16) << (2 * i))
	}
	return bounds
}()
