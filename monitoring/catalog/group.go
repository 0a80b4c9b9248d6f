package catalog

// A Group is metrics that are read together: a section of the reference.
type Group struct {
	// Name is the heading.
	Name string

	// About says in a sentence or two which questions the metrics answer.
	About string

	Metrics []Metric
}

// Groups returns all metrics of this project in the groups and the order of the
// reference, in memory of the caller's own.
func Groups() []Group { return cloned(groups) }

var groups = []Group{
	{
		Name:  "Operations",
		About: "What callers asked a store for, how long that took and how it ended: rate, errors and latency.",
		Metrics: []Metric{
			OperationDuration, OperationDurationExponential, Requests, Errors, InFlight, InFlightOldestAge,
			InFlightOldestOwnAge, InFlightHungAge,
		},
	},
	{
		Name:    "Bytes and batches",
		About:   "How much went in and out of a store.",
		Metrics: []Metric{BytesRead, BytesWritten, RequestSize, ResponseSize, BatchItems},
	},
	{
		Name: "Latency in short",
		About: "The durations of operations once more, for dashboards that want few series or ready quantiles. " +
			"The compatibility metrics can be left out.",
		Metrics: []Metric{RequestLatency, RequestLatencyQuantiles},
	},
	{
		Name:    "Saturation",
		About:   "How much of each limited resource is used.",
		Metrics: []Metric{Utilization, ResidentMemory, Uptime},
	},
	{
		Name:    "Replication",
		About:   "How far the replicas of a store lag behind, and whether they are connected.",
		Metrics: []Metric{ReplicationLag, ReplicationConnected},
	},
	{
		Name:  "Connections",
		About: "Who is connected to a server, and how a client's pool of connections to one is used.",
		Metrics: []Metric{
			PoolConnections, PoolMax, PoolIdleMin, PoolIdleMax, PoolPendingRequests, PoolTimeouts, PoolCreateTime, PoolWaitTime, DialErrors, Connections,
		},
	},
	{
		Name:    "Probes",
		About:   "What the probes answer, and the checks that they answer from.",
		Metrics: []Metric{HealthReady, HealthCheckStatus, HealthCheckDuration, HealthCheckAge},
	},
	{
		Name:    "Profiles and evidence",
		About:   "What was captured when the program was slow or failing, and how long that took.",
		Metrics: []Metric{ProfileCaptures, ProfileFiles, ProfileFilesUndeletable, ProfileRequests, ProfileRecordingTime},
	},
	{
		Name:  "Lines of the log",
		About: "Lines that are not in the log, and whether its output takes lines.",
		Metrics: []Metric{
			LogSuppressed, LogDropped, LogStalls, LogQueueSize, HealthLogDropped, ProfileLogDropped,
		},
	},
	{
		Name: "Telemetry itself",
		About: "Whether the other metrics can be trusted: what is old, left out of a page, " +
			"repaired or too late.",
		Metrics: []Metric{StatsAge, ScrapeFailures, ScrapeDropped, CallbackFailures, FarewellsLost, ClockFallbacks, ExportMended},
	},
	{
		Name: "Export",
		About: "What became of each span, log record and data point on its way out over OTLP, by exporter, " +
			"as the semantic conventions define it for every SDK.",
		Metrics: []Metric{
			SpanProcessed, SpanQueueSize, SpanQueueCapacity, SpanExported, SpanInflight,
			LogRecordProcessed, LogRecordQueueSize, LogRecordQueueCapacity, LogRecordExported, LogRecordInflight,
			DataPointExported, DataPointInflight,
		},
	},
}
