package environment

import "strings"

// Variables looks a variable up, as os.Getenv does. The SDK and its exporters read
// most variables by themselves and pass over what they cannot parse, so they are
// checked here first.
type Variables func(name string) string

// None is an environment without a variable.
func None(string) string { return "" }

// The variables that are for one thing each.
const (
	serviceName     = "OTEL_SERVICE_NAME"
	attributes      = "OTEL_RESOURCE_ATTRIBUTES"
	disabled        = "OTEL_SDK_DISABLED"
	logLevel        = "OTEL_LOG_LEVEL"
	propagators     = "OTEL_PROPAGATORS"
	sampler         = "OTEL_TRACES_SAMPLER"
	samplerArgument = "OTEL_TRACES_SAMPLER_ARG"
	exemplarFilter  = "OTEL_METRICS_EXEMPLAR_FILTER"
	exportInterval  = "OTEL_METRIC_EXPORT_INTERVAL"
	exportTimeout   = "OTEL_METRIC_EXPORT_TIMEOUT"
)

// Those that say where a signal goes.
const (
	tracesExporter  = "OTEL_TRACES_EXPORTER"
	metricsExporter = "OTEL_METRICS_EXPORTER"
	logsExporter    = "OTEL_LOGS_EXPORTER"
)

// Those for OTLP begin so, for all signals or for one, and go on with one of these.
const (
	otlp        = "OTEL_EXPORTER_OTLP_"
	otlpTraces  = otlp + "TRACES_"
	otlpMetrics = otlp + "METRICS_"
	otlpLogs    = otlp + "LOGS_"

	otlpEndpoint    = "ENDPOINT"
	otlpProtocol    = "PROTOCOL"
	otlpHeaders     = "HEADERS"
	otlpTimeout     = "TIMEOUT"
	otlpCompression = "COMPRESSION"
	otlpInsecure    = "INSECURE"
	otlpCertificate = "CERTIFICATE"
	otlpClientCert  = "CLIENT_CERTIFICATE"
	otlpClientKey   = "CLIENT_KEY"

	// Of metrics alone.
	otlpTemporality = "TEMPORALITY_PREFERENCE"
	otlpAggregation = "DEFAULT_HISTOGRAM_AGGREGATION"
)

// Those of batches begin with the first or the second of these, and go on with another.
const (
	spanBatches   = "OTEL_BSP_"
	recordBatches = "OTEL_BLRP_"

	batchDelay   = "SCHEDULE_DELAY"
	batchTimeout = "EXPORT_TIMEOUT"
	batchQueue   = "MAX_QUEUE_SIZE"
	batchSize    = "MAX_EXPORT_BATCH_SIZE"
)

// A variable is one that is set, or the zero value.
type variable struct{ name, value string }

func (v Variables) get(name string) string { return strings.TrimSpace(v(name)) }

// first returns the first of the variables that is set.
func (v Variables) first(names ...string) variable {
	for _, name := range names {
		if value := v.get(name); value != "" {
			return variable{name, value}
		}
	}
	return variable{}
}

// otlp returns a variable for OTLP: that of the signal, else that of all.
func (v Variables) otlp(s Signal, name string) variable {
	return v.first(s.otlp+name, otlp+name)
}
