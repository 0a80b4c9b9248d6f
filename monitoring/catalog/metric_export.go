package catalog

// ExportMended counts records of all signals.
var ExportMended = Metric{
	Name: "kvdb.export.mended", Unit: "{record}", Kind: Counter,
	Help:       "Records that were exported with U+FFFD in place of text that is not UTF-8",
	Attributes: component, When: "with OTLP", Stability: Development, Source: fromOtelsetup,
}

// Metrics of the SDK's way out, as the semantic conventions define them.
var (
	SpanExported      = exported("span", "{span}", "spans")
	SpanInflight      = inflight("span", "{span}", "spans")
	SpanProcessed     = processed("span", "{span}", "spans")
	SpanQueueSize     = queueSize("span", "{span}", "spans", "span")
	SpanQueueCapacity = queueCapacity("span", "{span}", "spans", "span")

	LogRecordExported      = exported("log", "{log_record}", "log records")
	LogRecordInflight      = inflight("log", "{log_record}", "log records")
	LogRecordProcessed     = processed("log", "{log_record}", "log records")
	LogRecordQueueSize     = queueSize("log", "{log_record}", "log records", "log")
	LogRecordQueueCapacity = queueCapacity("log", "{log_record}", "log records", "Log Record")

	DataPointExported = exported("metric_data_point", "{data_point}", "metric data points")
	DataPointInflight = inflight("metric_data_point", "{data_point}", "metric data points")
)

var (
	component       = []string{ComponentType, ComponentName}
	failedComponent = []string{ComponentType, ComponentName, ErrorType}
)

func sdk(name, unit string, kind Kind, help string, attributes []string) Metric {
	return Metric{
		Name: "otel.sdk." + name, Unit: unit, Kind: kind, Help: help, Attributes: attributes,
		When: "with OTLP", Stability: Development, Source: fromOtelsetup,
	}
}

func exported(item, unit, plural string) Metric {
	m := sdk("exporter."+item+".exported", unit, Counter,
		"The number of "+plural+" for which the export has finished, either successful or failed", failedComponent)
	m.Note = "Those with error.type were not delivered"
	m.Values = map[string][]string{ErrorType: {"_OTHER", "timeout", "canceled", "rejected", "invalid"}}
	return m
}

func inflight(item, unit, plural string) Metric {
	return sdk("exporter."+item+".inflight", unit, UpDownCounter,
		"The number of "+plural+" which were passed to the exporter, but that have not been exported yet (neither successful, nor failed)", component)
}

func processed(item, unit, plural string) Metric {
	m := sdk("processor."+item+".processed", unit, Counter,
		"The number of "+plural+" for which the processing has finished, either successful or failed", failedComponent)
	m.Note = "Those with error.type were dropped before an export: the queue was full, or the SDK shut down"
	m.Values = map[string][]string{ErrorType: {"queue_full", "already_shutdown"}}
	return m
}

func queueSize(item, unit, plural, of string) Metric {
	m := sdk("processor."+item+".queue.size", unit, UpDownCounter,
		"The number of "+plural+" in the queue of a given instance of an SDK "+of+" processor", component)
	m.Note = "Records of an export under way are included"
	return m
}

func queueCapacity(item, unit, plural, of string) Metric {
	return sdk("processor."+item+".queue.capacity", unit, UpDownCounter,
		"The maximum number of "+plural+" the queue of a given instance of an SDK "+of+" processor can hold", component)
}
