package panels_test

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

func sentBytes(c recording.Call) int { return c.Sent }
func gotBytes(c recording.Call) int  { return c.Got }
func sent(c recording.Call) float64  { return float64(c.Sent) }
func got(c recording.Call) float64   { return float64(c.Got) }

// wants are those of each query, by panel and letter.
var wants = make(map[string][]want)

func add(target string, list ...want) { wants[target] = append(wants[target], list...) }

// byOperation wants two operations to be as their bounds say.
func byOperation(get, put bounds, w want) []want {
	a, b := w, w
	a.of, a.bounds = "db_operation_name=get", get
	b.of, b.bounds = "db_operation_name=put", put
	return []want{a, b}
}

const (
	slowReading = 40 * time.Second // the runtime's own numbers are read every 15 s
	reading     = 30 * time.Second // those of engines every ten, and later on a busy machine
	kib         = 1 << 10
	mib         = 1 << 20
)

func init() {
	// Engines.
	add("301A", want{job: "engine", bounds: is(1)}, want{job: "kv-healthy", bounds: is(0)})
	add("302A", want{job: "bolt-healthy", bounds: near(1, func(m machine) float64 { return m.Files })})
	add("303A", want{job: "healthy", bounds: between(0, 31)}, want{job: "bolt-healthy", bounds: between(0, 31)})
	add("401A", want{job: "stall", rates: reading, bounds: between(0.02, 1)}, want{job: "kv-healthy", bounds: is(0)})
	add("402A", want{job: "stall", rates: reading, bounds: between(0.05, 2)}, want{job: "kv-healthy", bounds: is(0)})
	add("403A", want{job: "slowdisk", bounds: between(1, 2)}, want{job: "kv-healthy", bounds: is(0)})
	add("404A", want{job: "stall", rates: reading, bounds: between(0.05, 10)})
	add("404B", want{job: "stall", rates: reading, bounds: between(0.05, 10)})
	add("405A", want{job: "healthy", bounds: is(0)})
	add("405B", want{job: "healthy", bounds: is(0)})
	add("406A", want{job: "kv-healthy", bounds: is(0)})
	add("407A", want{job: "stall", bounds: between(1, 20)})
	add("407B", want{job: "healthy", bounds: between(1, 20)})
	add("408A", want{job: "healthy", rates: reading, bounds: between(0.05, 1)})
	add("409A", want{job: "stall", bounds: between(256*kib, 256*mib)})
	add("409B", want{job: "stall", bounds: between(1, 256*mib)})
	add("410A", want{job: "healthy", rates: reading, bounds: between(1e-9, 1)})
	add("411A", want{job: "healthy", rates: reading, bounds: between(0.5, 2*rate)})
	add("501A", want{job: "freelist", bounds: between(0.5, 1)})
	add("502A", want{job: "freelist", bounds: between(256*kib, 64*mib)})
	add("503A", want{job: "freelist", bounds: between(1e4, 1e8)})
	add("503B", want{job: "oldread", bounds: between(50, 1e5)})
	add("504A", want{job: "oldread", bounds: since(turned, 10*time.Second)})
	// A reading can fall into a call and into a check, which read in transactions of their own.
	add("505A", want{job: "oldread", bounds: between(1, 3)}, want{job: "bolt-healthy", bounds: between(0, 2)})
	add("506A", want{job: "bolt-healthy", rates: reading, bounds: between(10, 1e4)})

	// Badger, whose statistics are read every ten seconds.
	for _, target := range []string{"401A", "404A", "405A", "405B", "408A"} {
		add(target, want{job: "badger-healthy", nothing: true})
	}
	for _, target := range []string{"1701A", "1706A", "1707A", "1707B", "1708A"} {
		add(target, want{job: "healthy", nothing: true})
	}
	add("1701A", want{job: "badger-stall", rates: time.Minute, bounds: between(0.02, 1)}, want{job: "badger-healthy", bounds: is(0)})
	add("1702A", want{job: "badger-stall", rates: time.Minute, bounds: between(0.02, 1)}, want{job: "badger-healthy", bounds: is(0)})
	add("1703A", want{job: "badger-stall", rates: time.Minute, bounds: between(0.01, 1)}, want{job: "badger-healthy", bounds: is(0)})
	add("1704A", want{job: "badger-stall", bounds: between(2, 200)}, want{job: "badger-healthy", bounds: between(0, 4)})
	add("1704B", want{job: "badger-stall", bounds: between(0, 6)}, want{job: "badger-healthy", bounds: between(0, 3)})
	add("1705A", want{job: "badger-stall", bounds: between(0, 10)}, want{job: "badger-healthy", bounds: between(0, 2)})
	add("1706A", want{job: "badger-stall", rates: time.Minute, bounds: between(0.01, 5)})
	add("1707A", want{job: "badger-stall", bounds: is(0)})
	add("1707B", want{job: "badger-stall", bounds: is(0)})
	add("1708A", want{job: "badger-stall", rates: time.Minute, bounds: between(0.01, 1)})
	add("1709A", want{job: "badger-healthy", bounds: between(0, rate)})
	add("1710A", want{job: "badger-stall", bounds: between(1*kib, 256*mib)})
	add("1710B", want{job: "badger-healthy", bounds: between(0, 64*mib)})
	add("1711A", want{job: "badger-healthy", bounds: is(0)})
	add("1712A", want{job: "badger-healthy", bounds: is(0)})
	add("1712B", want{job: "badger-healthy", bounds: is(0)})

	// Replication.
	add("601A", want{job: "lag", bounds: is(30)}, want{job: "healthy", bounds: is(0.02)})
	add("602A", want{job: "replica", bounds: is(0)}, want{job: "healthy", bounds: is(1)})
	add("603A", want{job: "replica", bounds: is(1)}, want{job: "healthy", bounds: is(0)})
	add("604A", want{job: "replica", rates: time.Minute, bounds: between(0.02, 0.2)}, want{job: "healthy", bounds: is(0)})
	add("701A", want{job: "kv-healthy", bounds: is(6)})

	// Health.
	add("801A",
		want{job: "unknown", of: "health_check_name=database", bounds: is(3)},
		want{job: "disk", of: "health_check_name=disk", bounds: is(2)},
		want{job: "disk", of: "health_check_name=database", bounds: is(0)})
	add("802A",
		want{job: "disk", of: "health_probe=readiness", bounds: is(0)},
		want{job: "disk", of: "health_probe=liveness", bounds: is(1)},
		want{job: "disk", of: "health_probe=startup", bounds: is(1)})
	add("803A", want{job: "healthy", of: "health_check_name=database", bounds: between(1e-9, 5)})
	add("804A",
		want{job: "unknown", of: "health_check_name=database", bounds: since(turned, 3*time.Second)},
		want{job: "healthy", not: "health_check_name=stock", of: "health_check_name=database", bounds: between(0, 30)})

	// The runtime and the process.
	add("901A", want{job: "saturation", bounds: burnt})
	add("901B", want{job: "saturation", bounds: is(1)})
	add("902A",
		want{job: "saturation", of: "kvdb_resource=cpu", bounds: burnt},
		want{job: "memory", of: "kvdb_resource=memory", bounds: between(0.9, 1)},
		want{job: "healthy", of: "kvdb_resource=memory", bounds: between(1e-6, 0.9)})
	add("903A", want{job: "healthy", bounds: near(0.5, func(m machine) float64 { return m.Resident })})
	add("903B", want{job: "healthy", bounds: near(0.1, func(m machine) float64 { return m.Virtual })})
	add("904A", want{job: "healthy", sum: true, bounds: near(4, func(m machine) float64 { return m.Resident })})
	add("904B", want{job: "healthy", bounds: between(4*mib, 512*mib)})
	add("904C", want{job: "healthy", bounds: is(512 * mib)})
	add("905A", want{job: "healthy", rates: slowReading, bounds: between(100*kib, 1024*mib)})
	add("906A", want{job: "healthy", rates: slowReading, bounds: between(1e3, 1e7)})
	add("907A", want{job: "healthy", bounds: between(10, 500)})
	add("908A", want{job: "healthy", rates: slowReading, bounds: between(1e-9, 10)})
	add("909A", want{job: "healthy", bounds: near(0.5, func(m machine) float64 { return m.Descriptors })})
	add("909B", want{job: "healthy", bounds: near(1e-9, func(m machine) float64 { return m.Most })})
	add("910A", want{job: "healthy", bounds: since(func(c *course) time.Time { return c.started }, 3*time.Second)})
	add("911A", want{job: "restart", bounds: is(1)}, want{job: "healthy", bounds: is(0)})
	add("912A", want{job: "healthy", of: "service_version=1.2.3,job=healthy", bounds: is(1)})

	// Telemetry's own losses.
	add("1001A", want{job: "healthy", bounds: between(1, 10*rate)}, want{job: "telemetry", bounds: is(0)})
	add("1001B", want{job: "errors", bounds: between(0.01, 100)}, want{job: "telemetry", bounds: is(0)})
	add("1001C", want{job: "healthy", bounds: between(100, 2000)}, want{job: "telemetry", bounds: is(0)})
	add("1002A", want{job: "telemetry", of: "error_type=_OTHER,otel_component_type=otlp_http_span_exporter", bounds: between(0.1, 10*rate)})
	add("1002B", want{job: "telemetry", of: "error_type=_OTHER,otel_component_type=otlp_http_log_exporter", bounds: between(0.01, 100)})
	add("1002C", want{job: "telemetry", of: "error_type=_OTHER,otel_component_type=otlp_http_metric_exporter", bounds: between(100, 2000)})
	add("1003A", want{job: "telemetry", of: "error_type=queue_full,otel_component_type=batching_span_processor", bounds: between(0.1, 10*rate)})
	add("1003B", want{job: "lossy", of: "error_type=queue_full,otel_component_type=batching_log_processor", bounds: between(1, 40)})
	add("1004A", want{job: "healthy", of: "otel_component_type=batching_span_processor", bounds: between(0, 1)})
	add("1004B", want{job: "healthy", of: "otel_component_type=batching_log_processor", bounds: between(0, 1)})
	add("1005A", want{job: "healthy", bounds: between(0, 1e4)})
	add("1005B", want{job: "healthy", bounds: between(0, 1e4)})
	add("1005C", want{job: "healthy", bounds: between(0, 1e4)})
	add("1006A", want{job: "healthy", of: "kvdb_log_reason=output_failed", bounds: is(0)}, want{job: "healthy", of: "kvdb_log_reason=output_stalled", bounds: is(0)})
	add("1006B", want{job: "healthy", bounds: is(0)})
	add("1006C", want{job: "healthy", bounds: is(0)})
	add("1006D", want{job: "healthy", bounds: is(0)})
	add("1007A", want{job: "healthy", bounds: between(0, 1e4)})
	add("1007B", want{job: "healthy", bounds: is(0)})
	add("1008A", want{job: "lossy", of: "kvdb_gatherer=extra_3,error_type=_OTHER", bounds: between(0.3, 10)})
	add("1009A", want{job: "lossy", of: "kvdb_gatherer=extra_2,error_type=duplicate", bounds: between(0.3, 10)})
	add("1010A", want{job: "healthy", bounds: is(0)})
	add("1010B", want{job: "lossy", bounds: between(0.3, 20)}, want{job: "healthy", bounds: is(0)})
	add("1010C", want{job: "lossy", bounds: between(1, 200)})

	// Evidence.
	add("1101A", want{job: "slow", of: "pprofx_reason=slow,pprofx_outcome=written", bounds: between(1, 30)})
	add("1102A", want{job: "slow", of: "pprofx_profile=flight,pprofx_outcome=written", bounds: between(1, 30)})
	add("1103A", want{job: "slow", bounds: is(0)})
	add("1104A", want{job: "profiled", rates: time.Minute, of: "pprofx_outcome=ok", bounds: between(asked*late/60, asked/10.0)})
	add("1105A", want{job: "profiled", rates: time.Minute, of: "pprofx_profile=cpu", bounds: between(1.0/60, 0.5)})
}
