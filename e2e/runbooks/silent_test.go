package runbooks

// silent are blocks that have nothing to tell under a fault, each by a part of its text.
var silent = []struct{ trial, book, part, why string }{
	{"oldread", "KVReadTransactionOld", "operation in flight for long", "the transaction is none of the instrumented store's"},
	{"restart", "KVRestarting", "count by (cluster", "a program that is scraped has process_start_time_seconds"},
	{"stopped", "KVTelemetryAbsent", "max_over_time(instance:kvdb_telemetry:group[1h]))", "a program that is scraped has up"},
	{"saturation", "KVSaturationHigh", "(avg_over_time(kvdb_utilization_ratio{kvdb_resource=\"memory\"}[5m])", "to fill memory takes a control group of its own"},
	{"telemetry", "KVTelemetryLossy", "kvdb_log_reason) (rate", "the log takes its lines"},
	{"telemetry", "KVTelemetryLossy", "kvdb_scrape_dropped_total\"}", "the programs have no metric twice"},
	{"stall", "KVWriteStalled", "compaction_failures", "flushes wait, and do not fail"},
	{"slowdisk", "KVDiskSlow", "write_stall_time", "no write waits for the flush that is slow"},
	{"lag", "KVReplicationLagHigh", "deriv(", "the lag stays as it is"},
}
