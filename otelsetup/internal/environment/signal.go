package environment

// A Signal is one kind of telemetry, with its names in the environment.
type Signal struct {
	Name string // in messages

	exporter string // the variable that says where it goes
	otlp     string // how its variables for OTLP begin
	path     string // of OTLP over HTTP
	batches  string // how the variables of its batches begin; metrics have none
}

// The signals.
var (
	Traces  = Signal{"traces", tracesExporter, otlpTraces, "/v1/traces", spanBatches}
	Metrics = Signal{"metrics", metricsExporter, otlpMetrics, "/v1/metrics", ""}
	Logs    = Signal{"logs", logsExporter, otlpLogs, "/v1/logs", recordBatches}
)
