package catalog

// Metrics of lines: those that a store held back, and those of the program's log.
var (
	LogSuppressed = Metric{
		Name: "kvdb.log.suppressed", Unit: "{line}", Kind: Counter,
		Help:       "Lines that were held back because too many agreed",
		Attributes: perStore(), When: "for stores with a logger",
		Note:      "Lines that were lost because the logger panicked are included",
		Stability: Development, Source: fromInstrument,
	}
	LogDropped = Metric{
		Name: "kvdb.log.dropped", Unit: "{line}", Kind: Counter,
		Help:       "Lines of the log that its output did not take, or its sampling dropped",
		Attributes: []string{LogReason}, When: "unless the logger is the caller's own",
		Stability: Development, Source: fromOtelsetup,
	}
	LogStalls = Metric{
		Name: "kvdb.log.stalls", Unit: "{stall}", Kind: Counter,
		Help: "Times that the output of the log took nothing for longer than a caller waits, or failed",
		When: "unless the logger is the caller's own", Stability: Development, Source: fromOtelsetup,
	}
	LogQueueSize = Metric{
		Name: "kvdb.log.queue.size", Unit: "{line}", Kind: Gauge,
		Help: "Lines of the log that wait for its output",
		When: "unless the logger is the caller's own", Stability: Development, Source: fromOtelsetup,
	}
)
