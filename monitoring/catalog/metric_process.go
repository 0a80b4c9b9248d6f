package catalog

const fromOtelsetup = "otelsetup"

// ResidentMemory is what the process itself takes; of what it may take,
// [Utilization] tells.
var ResidentMemory = Metric{
	Name: "kvdb.memory", Unit: "By", Kind: Gauge,
	Help: "Resident set of the process", When: "unless otelsetup.WithoutProcessMetrics is given",
	Note:      "Outside Linux it is what the Go runtime holds",
	Stability: Development, Source: fromOtelsetup,
}

// Uptime tells of a restart where process_start_time_seconds, which is the
// Prometheus client's own, does not arrive.
var Uptime = Metric{
	Name: "process.uptime", Unit: "s", Kind: Gauge,
	Help: "The time the process has been running", When: "unless otelsetup.WithoutProcessMetrics is given",
	Stability: Development, Source: fromOtelsetup,
}

// Metrics of the program's log.
var (
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

// CallbackFailures counts what a program hands in and cannot answer for.
var CallbackFailures = Metric{
	Name: "kvdb.callback.failures", Unit: "{call}", Kind: Counter,
	Help:      "Calls of the program's callbacks, span processors and sampler that failed or hung",
	Stability: Development, Source: fromOtelsetup,
}
