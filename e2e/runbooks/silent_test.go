package runbooks

// silent are blocks that have nothing to tell under a fault, or not always, each by a
// part of its text.
var silent = []struct{ trial, book, part, why string }{
	{"oldread", "KVReadTransactionOld", "operation in flight for long", "the transaction is none of the instrumented store's"},
	{"restart", "KVRestarting", "count by (cluster", "a program that is scraped has process_start_time_seconds"},
	{"restart", "KVRestarting", `.level == "warn"`, "a program that is told to stop, and starts again, warns of nothing on a machine with time to spare"},
	{"stopped", "KVTelemetryAbsent", "max_over_time(instance:kvdb_telemetry:group[1h]))", "a program that is scraped has up"},
	{"saturation", "KVSaturationHigh", "evidence captured", "operations are slow only where the machine has no second processor to spare, and evidence is of those"},
	{"saturation", "KVSaturationHigh", "(avg_over_time(kvdb_utilization_ratio{kvdb_resource=\"memory\"}[5m])", "to fill memory takes a control group of its own"},
	{"telemetry", "KVTelemetryLossy", "otel_sdk_processor_span_processed_total|", "what a receiver refuses at once leaves the queue as fast as it comes"},
	{"telemetry", "KVTelemetryLossy", "kvdb_log_reason) (rate", "the log takes its lines"},
	{"telemetry", "KVTelemetryLossy", "kvdb_scrape_dropped_total\"}", "the programs have no metric twice"},
	{"stall", "KVWriteStalled", "compaction_failures", "flushes wait, and do not fail"},
	{"slowdisk", "KVDiskSlow", "write_stall_time", "no write waits for the flush that is slow"},
	{"lag", "KVReplicationLagHigh", "deriv(", "the lag stays as it is"},
}
