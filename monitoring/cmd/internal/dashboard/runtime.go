package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

func (s *Scope) runtime() Row {
	memoryType := catalog.PrometheusLabel(catalog.MemoryType)
	of := func(m catalog.Metric) promql.Vector { return highest(s.process(m), alert.Instance) }
	growth := func(m catalog.Metric) promql.Vector { return sum(rate(s.process(m)), alert.Instance) }
	return Row{ID: 900, Title: "Go runtime and process", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 901, Title: "Processors in use", Unit: Count,
			Description: "CPU seconds a second, and the number of threads that may run Go code. If both are equal, goroutines wait for a processor: see the wait below, and the CPU profile.",
			Queries: []Query{
				{Expr: growth(catalog.ProcessCPU), Legend: itsProcess},
				{Expr: of(catalog.GoProcessorLimit), Legend: "limit " + itsProcess, Dashed: true},
			},
			Alerts: []string{"KVSaturationHigh"},
		},
		Panel{
			ID: 902, Title: "CPU and memory, as shares of their limits", Unit: Share, Whole: true,
			Description: "What was used of the tightest limit, by instance. Memory is what cannot be given back; when it runs out, the kernel ends the process: see the profile of what uses it, then give more or take load away.",
			Queries: []Query{{
				Expr:   highest(s.used(), resource, alert.Instance),
				Legend: legend(resource, alert.Instance),
			}},
			Lines:  s.saturationLines(),
			Alerts: []string{"KVSaturationHigh"},
		},
		Panel{
			ID: 903, Title: "Memory of the process", Unit: Bytes,
			Description: "The resident set, and what the process has reserved (dashed). What the Go runtime does not account for below belongs to an engine or to mapped files.",
			Queries: []Query{
				{Expr: of(catalog.ResidentMemory), Legend: itsProcess},
				{Expr: of(catalog.ProcessVirtualMemory), Legend: "virtual " + itsProcess, Dashed: true},
			},
			Alerts: []string{"KVSaturationHigh"},
		},
		Panel{
			ID: 904, Title: "Memory of the Go runtime", Unit: Bytes,
			Description: "What the runtime uses, the size at which the next collection ends, and GOMEMLIMIT where there is one. Near the limit the collector takes the CPU from everybody else.",
			Queries: []Query{
				{Expr: sum(s.process(catalog.GoMemoryUsed), memoryType, alert.Instance), Legend: legend(memoryType, alert.Instance)},
				{Expr: of(catalog.GoMemoryGCGoal), Legend: "goal " + itsProcess, Dashed: true},
				{Expr: of(catalog.GoMemoryLimit), Legend: "limit " + itsProcess, Dashed: true},
			},
		},
		Panel{
			ID: 905, Title: "Allocated", Unit: BytesPerSec,
			Description: "Bytes allocated on the heap, a second: what the collector has to clean up. The profile of allocations says who does.",
			Queries:     []Query{{Expr: growth(catalog.GoMemoryAllocated), Legend: itsProcess}},
		},
		Panel{
			ID: 906, Title: "Allocations", Unit: CountsPerSec,
			Description: "How many a second. Many small ones cost more than few large ones: if the CPU is busy, the profile allocs says who makes them.",
			Queries:     []Query{{Expr: growth(catalog.GoMemoryAllocations), Legend: itsProcess}},
		},
		Panel{
			ID: 907, Title: "Goroutines", Unit: Count, Logarithmic: true,
			Description: "A number that only rises is a leak; evidence is captured at the line. The profile of goroutines says where they wait.",
			Queries:     []Query{{Expr: of(catalog.GoGoroutineCount), Legend: itsProcess}},
			Lines:       []Line{{"Goroutines", objective.Goroutines, Orange}},
		},
		Panel{
			ID: 908, Title: "Wait for a processor, $" + QuantileVariable, Unit: Seconds, Logarithmic: true,
			Description: "How long goroutines that could run wait until they do. It is part of every latency; milliseconds of it mean that the CPU is short.",
			Queries:     []Query{{Expr: s.quantile(chosenQuantile, catalog.GoScheduleDuration, instances(), alert.Instance), Legend: itsProcess}},
			Alerts:      []string{"KVSaturationHigh", "KVLatencyHigh"},
		},
		Panel{
			ID: 909, Title: "File descriptors", Unit: Count, Logarithmic: true,
			Description: "Open files and connections, and how many may be (dashed). When none is left, operations fail as unavailable: find what does not close, or raise the limit.",
			Queries: []Query{
				{Expr: of(catalog.ProcessOpenFDs), Legend: itsProcess},
				{Expr: of(catalog.ProcessMaxFDs), Legend: "limit " + itsProcess, Dashed: true},
			},
		},
		Panel{
			ID: 910, Title: "Running for", Unit: Seconds, Logarithmic: true,
			Description: "The time since each instance started. A line that falls to the bottom is a restart: the last lines before it say why.",
			Queries:     []Query{{Expr: of(catalog.Uptime), Legend: itsProcess}},
			Alerts:      []string{"KVRestarting"},
		},
		Panel{
			ID: 911, Title: "Restarts in a quarter of an hour", Unit: Count,
			Description: "How often an instance started again. Above the line it does so again and again: see its exit status and the last lines before it ended. Over OTLP each start is an instance of its own.",
			Queries:     []Query{{Expr: highest(s.Over("changes", s.process(catalog.ProcessStartTime), restarts), alert.Instance), Legend: itsProcess}},
			Lines:       []Line{{"Restarts", objective.Restarts, Red}},
			Alerts:      []string{"KVRestarting"},
		},
		Panel{
			ID: 912, Title: "Versions", Kind: Table, Unit: Count, Empty: "no target_info",
			Description: "Which version of a program runs on how many instances, and of Go. Compare it with when something began: two of one program are a rollout that has not ended.",
			Queries:     []Query{{Expr: count(s.process(catalog.TargetInfo), alert.Job, versionLabel, goLabel), Column: "Instances", Width: 80, Unit: Count}},
			Labels:      []Label{{Name: alert.Job, Title: "Job"}, {Name: versionLabel, Title: "Version"}, {Name: goLabel, Title: "Go"}},
		},
	)}
}

var (
	versionLabel = catalog.PrometheusLabel(catalog.ServiceVersion)
	goLabel      = catalog.PrometheusLabel(catalog.ProcessRuntimeVersion)
)
