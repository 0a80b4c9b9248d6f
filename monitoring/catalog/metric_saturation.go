package catalog

// Utilization covers the disk, the CPU and memory.
var Utilization = Metric{
	Name: "kvdb.utilization", Unit: "1", Kind: Gauge,
	Help:       "Used share of a resource",
	Attributes: perStore(Resource),
	When:       "for disk with each store whose engine knows it; for cpu and memory once a process, from otelsetup and without the labels of a store",
	Note:       "For memory: what cannot be given back, which excludes the pages of files, as a share of the tightest limit of the control groups or, without one, of the machine. For the CPU: the highest share that was used, of a group's quota or processors, or of GOMAXPROCS. For the disk: used ÷ (used + available), as df has it, or the used share of inodes if that is higher",
	Stability:  Development, Source: fromInstrument,
}

// ResidentMemory is what the process itself takes; of what it may take,
// [Utilization] tells.
var ResidentMemory = Metric{
	Name: "kvdb.memory", Unit: "By", Kind: Gauge,
	Help: "Resident set of the process", When: "unless otelsetup.WithoutProcessMetrics is given",
	Note:      "Outside Linux it is what the Go runtime holds",
	Stability: Development, Source: fromOtelsetup,
}

// Uptime tells of a restart where process_start_time_seconds, which is the
// Prometheus client's own, does not arrive.
var Uptime = Metric{
	Name: "process.uptime", Unit: "s", Kind: Gauge,
	Help: "The time the process has been running", When: "unless otelsetup.WithoutProcessMetrics is given",
	Stability: Development, Source: fromOtelsetup,
}
