package catalog

// Others returns the metrics of others that a program with package otelsetup
// shows by default, in groups as [Groups]. Their Source is a module, and their
// Stability is what its own convention promises.
func Others() []Group { return cloned(otherGroups) }

var otherGroups = []Group{
	{
		Name:  "Go runtime",
		About: "Memory, goroutines and scheduling, as OpenTelemetry's instrumentation of the Go runtime observes them.",
		Metrics: []Metric{
			GoMemoryUsed, GoMemoryLimit, GoMemoryAllocated, GoMemoryAllocations, GoMemoryGCGoal,
			GoGoroutineCount, GoScheduleDuration, GoProcessorLimit, GoConfigGogc,
		},
	},
	{
		Name:  "Process",
		About: "What the operating system says of the process, as Prometheus' client reads it.",
		Metrics: []Metric{
			ProcessCPU, ProcessResidentMemory, ProcessVirtualMemory, ProcessOpenFDs, ProcessMaxFDs, ProcessStartTime,
		},
	},
	{
		Name:    "Resource",
		About:   "Which program all other metrics are about: one series, whose labels are the attributes of the resource.",
		Metrics: []Metric{TargetInfo},
	},
}
