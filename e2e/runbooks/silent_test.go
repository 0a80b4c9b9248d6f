package runbooks

import "strings"

// A silence is a block that has nothing to tell under a fault.
type silence struct {
	trial, book string
	part        string // of its text
	why         string

	sometimes bool // it is a matter of the machine; all others have to be silent
}

var silent = []silence{
	{"oldread", "KVReadTransactionOld", "operation in flight for long", "the transaction is none of the instrumented store's", false},
	{"restart", "KVRestarting", "count by (cluster", "a program that is scraped has process_start_time_seconds", false},
	{"restart", "KVRestarting", `.level == "warn"`, "a program that is told to stop, and starts again, warns of nothing on a machine with time to spare", true},
	{"stopped", "KVTelemetryAbsent", "max_over_time(instance:kvdb_telemetry:group[1h]))", "a program that is scraped has up", false},
	{"saturation", "KVSaturationHigh", "evidence captured", "operations are slow only where the machine has no second processor to spare, and evidence is of those", true},
	{"saturation", "KVSaturationHigh", "(avg_over_time(kvdb_utilization_ratio{kvdb_resource=\"memory\"}[5m])", "the trial memory fills it", false},
	{"telemetry", "KVTelemetryLossy", "otel_sdk_processor_span_processed_total|", "what a receiver refuses at once leaves the queue as fast as it comes", true},
	{"telemetry", "KVTelemetryLossy", "kvdb_log_reason) (rate", "the log takes its lines", false},
	{"telemetry", "KVTelemetryLossy", "kvdb_scrape_dropped_total\"}", "the programs have no metric twice", false},
	{"stall", "KVWriteStalled", "compaction_failures", "flushes wait, and do not fail", false},
	{"stall", "KVWriteStalled", "kvdb_engine_l0_stall_time", "what Badger tells, which is asked in a trial of its own", false},
	{"fulldisk", "KVDiskFull", "kvdb_engine_value_log_garbage", "what Badger tells, which is asked in a trial of its own", false},
	{"slowdisk", "KVDiskSlow", "write_stall_time", "no write waits for the flush that is slow", false},
	{"lag", "KVReplicationLagHigh", "deriv(", "the lag stays as it is", false},
}

// covers says whether it is the block's.
func (s silence) covers(b block) bool { return s.book == b.book && strings.Contains(b.text, s.part) }
