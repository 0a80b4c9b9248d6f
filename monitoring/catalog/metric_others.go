package catalog

// Modules whose metrics are shown beside ours.
const (
	fromRuntime      = "go.opentelemetry.io/contrib/instrumentation/runtime"
	fromClientGolang = "github.com/prometheus/client_golang"
	fromExporter     = "go.opentelemetry.io/otel/exporters/prometheus"
)

// Metrics of the Go runtime, as the semantic conventions define them.
var (
	GoMemoryUsed = ofRuntime("go.memory.used", "By", UpDownCounter,
		"Memory used by the Go runtime", MemoryType)
	GoMemoryLimit = func() Metric {
		m := ofRuntime("go.memory.limit", "By", UpDownCounter,
			"Go runtime memory limit configured by the user, if a limit exists")
		m.When = "with GOMEMLIMIT, unless otelsetup.WithoutRuntimeMetrics is given"
		return m
	}()
	GoMemoryAllocated = ofRuntime("go.memory.allocated", "By", Counter,
		"Memory allocated to the heap by the application")
	GoMemoryAllocations = ofRuntime("go.memory.allocations", "{allocation}", Counter,
		"Count of allocations to the heap by the application")
	GoMemoryGCGoal = ofRuntime("go.memory.gc.goal", "By", UpDownCounter,
		"Heap size target for the end of the GC cycle")
	GoGoroutineCount = ofRuntime("go.goroutine.count", "{goroutine}", UpDownCounter,
		"Count of live goroutines")
	GoProcessorLimit = ofRuntime("go.processor.limit", "{thread}", UpDownCounter,
		"The number of OS threads that can execute user-level Go code simultaneously")
	GoConfigGogc = ofRuntime("go.config.gogc", "%", UpDownCounter,
		"Heap size target percentage configured by the user, otherwise 100")
	GoScheduleDuration = func() Metric {
		m := ofRuntime("go.schedule.duration", "s", Histogram,
			"The time goroutines have spent in the scheduler in a runnable state before actually running")
		// Those of the runtime's own bounds that are next to 10 and 100 µs, 1, 10 and 100 ms.
		m.Bounds = []float64{10.24e-6, 98.304e-6, 1.048576e-3, 10.48576e-3, 100.663296e-3}
		m.When = "for readers of cumulative values, unless otelsetup.WithoutRuntimeMetrics is given"
		m.Note = "The runtime counts each time at the lower edge of its bucket, so that the sum is too low. An option shows all of its bounds, about 160"
		return m
	}()
)

// Metrics of the process that Prometheus' client reads, on the page of /metrics
// only. Their names are those that Prometheus prescribes to its clients.
var (
	ProcessCPU            = ofProcess("process_cpu_seconds_total", "s", Counter, "Total user and system CPU time spent in seconds")
	ProcessOpenFDs        = ofProcess("process_open_fds", "", Gauge, "Number of open file descriptors")
	ProcessMaxFDs         = ofProcess("process_max_fds", "", Gauge, "Maximum number of open file descriptors")
	ProcessVirtualMemory  = ofProcess("process_virtual_memory_bytes", "By", Gauge, "Virtual memory size in bytes")
	ProcessResidentMemory = ofProcess("process_resident_memory_bytes", "By", Gauge, "Resident memory size in bytes")
	ProcessStartTime      = ofProcess("process_start_time_seconds", "s", Gauge, "Start time of the process since unix epoch in seconds")
)

// TargetInfo has the resource, whose attributes are not on each series.
var TargetInfo = Metric{
	Name: "target_info", Kind: Gauge, Help: "Target metadata",
	Attributes: []string{
		ServiceName, ServiceVersion, ServiceInstanceID, HostName, OSType, ContainerID,
		ProcessPID, ProcessExecutableName, ProcessRuntimeName, ProcessRuntimeVersion,
		SDKLanguage, SDKName, SDKVersion,
	},
	Only: Page, Note: "Other attributes of the resource are labels, too",
	Stability: Development, Source: fromExporter,
}

func ofRuntime(name, unit string, kind Kind, help string, attributes ...string) Metric {
	return Metric{
		Name: name, Unit: unit, Kind: kind, Help: help, Attributes: attributes,
		When: "unless otelsetup.WithoutRuntimeMetrics is given", Stability: Development, Source: fromRuntime,
	}
}

func ofProcess(name, unit string, kind Kind, help string) Metric {
	return Metric{
		Name: name, Unit: unit, Kind: kind, Help: help, Only: Page,
		When: "unless otelsetup.WithoutProcessMetrics is given", Stability: Stable, Source: fromClientGolang,
	}
}
