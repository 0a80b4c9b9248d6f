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
	Traces  = Signal{"traces", "OTEL_TRACES_EXPORTER", otlp + "TRACES_", "/v1/traces", "OTEL_BSP_"}
	Metrics = Signal{"metrics", "OTEL_METRICS_EXPORTER", otlp + "METRICS_", "/v1/metrics", ""}
	Logs    = Signal{"logs", "OTEL_LOGS_EXPORTER", otlp + "LOGS_", "/v1/logs", "OTEL_BLRP_"}
)
