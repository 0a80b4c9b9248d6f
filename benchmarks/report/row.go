package main

import (
	"context"
	"regexp"
	"slices"

	"github.com/otelkv/otelkv/benchmarks"
)

// A row is one line of the report.
type row struct {
	Name  string   `json:"name"`
	Ratio float64  `json:"ratio"`
	Goal  *float64 `json:"goal"` // null means no goal
	Met   *bool    `json:"met"`  // null means no goal

	// Where the ratio comes from: it is Cost ÷ Reference, or the median of such
	// ratios where two that follow each other make a pair.
	Cost       float64  `json:"cost"`
	Reference  float64  `json:"reference"`
	Unit       string   `json:"unit"`
	Low        *float64 `json:"low,omitempty"`  // 95 % of the resampled ratios
	High       *float64 `json:"high,omitempty"` // lie between these two
	Goroutines int      `json:"goroutines,omitempty"`
	Note       string   `json:"note,omitempty"`
}

// A definition says what a row is and how it is measured.
type definition struct {
	name       string
	goal       *float64
	what       string
	comparison *comparison                 // of the time of operations
	measure    func(*session) (row, error) // of anything else
}

// A session is one run of the program.
type session struct {
	ctx      context.Context
	rounds   int
	stores   *benchmarks.Stores
	kvserver func() (path string, err error)       // builds it once
	redis    func() (map[string]*redisCost, error) // measures them once
}

var definitions = slices.Concat(definitionsOfStores, redisRows())

var definitionsOfStores = []definition{
	{
		name: "vs_clock", goal: atMost(1.3),
		what:       "Get ÷ two time.Since(base) reads",
		comparison: &comparison{subject: otelkv, reference: clock},
	},
	{
		name: "vs_clock_sizes", goal: atMost(1.5),
		what:       "Get with size histograms ÷ two time.Since(base) reads",
		comparison: &comparison{subject: otelkvSizes, reference: clock},
	},
	{
		name: "vs_client_golang", goal: atMost(0.9),
		what:       "Get ÷ client_golang with three instruments",
		comparison: &comparison{subject: otelkv, reference: clientGolang},
	},
	{
		name: "vs_client_golang_parallel", goal: atMost(0.75),
		what:       "the same on all cores",
		comparison: &comparison{subject: otelkv, reference: clientGolang, parallel: true},
	},
	{
		name: "vs_client_golang_equal", goal: atMost(0.7),
		what:       "Get ÷ client_golang with the same signals",
		comparison: &comparison{subject: otelkv, reference: clientGolangEqual},
	},
	{
		name: "vs_client_golang_equal_parallel", goal: atMost(0.55),
		what:       "the same on all cores",
		comparison: &comparison{subject: otelkv, reference: clientGolangEqual, parallel: true},
	},
	{
		name: "vs_otel_prebuilt", goal: atMost(0.25),
		what:       "Get ÷ OTel API, prebuilt attribute sets",
		comparison: &comparison{subject: otelkv, reference: otelPrebuilt},
	},
	{
		name: "vs_otel_prebuilt_parallel", what: "the same on all cores",
		comparison: &comparison{subject: otelkv, reference: otelPrebuilt, parallel: true},
	},
	{
		name: "vs_otel_naive", goal: atMost(0.05),
		what:       "Get ÷ OTel API, attributes per call, unsampled span",
		comparison: &comparison{subject: otelkv, reference: otelNaive},
	},
	{
		name: "vs_otel_naive_parallel", what: "the same on all cores",
		comparison: &comparison{subject: otelkv, reference: otelNaive, parallel: true},
	},
	{
		name: "allocs_unsampled", goal: atMost(0),
		what:    "allocations added to an untraced operation",
		measure: (*session).allocations,
	},
	{
		name: "sampled_span", goal: atMost(1.3),
		what:       "Get under a sampled parent ÷ a bare span",
		comparison: &comparison{subject: otelkvSampled, reference: bareSpan},
	},
	{
		name: "memory_per_store", goal: atMost(1),
		what:    "heap of a wrapped store ÷ 256 kB",
		measure: (*session).memory,
	},
	{
		name: "scrape_10k", goal: atMost(1.6),
		what:    "scrape of 10,000 series ÷ client_golang's registry",
		measure: (*session).scrapes,
	},
	{
		name: "log_correlated", goal: atMost(0.8),
		what:    "line with the ids of its span, JSON and OTel ÷ a Tee with ids as fields",
		measure: (*session).correlatedLogs,
	},
	{
		name: "log_slog", goal: atMost(0.8),
		what:    "line of slog with the ids of its span, JSON and OTel ÷ otelslog beside a JSON handler with ids",
		measure: (*session).correlatedSlogs,
	},
	{
		name: "log_pipe", goal: atMost(1),
		what:    "the same with JSON that goes into a pipe with a reader",
		measure: (*session).pipedLogs,
	},
	{
		name: "log_disabled_allocs", goal: atMost(0),
		what:    "allocations of operation logs at a level that is off",
		measure: (*session).disabledLogs,
	},
	{
		name: "pprof_idle", goal: atMost(1.05),
		what:    "Get with pprofx on and idle ÷ without",
		measure: beside(idle),
	},
	{
		name: "flight_on", what: "Get with the flight recorder on ÷ without",
		measure: beside(recording),
	},
	{
		name: "server_cpu_get", goal: atMost(1.08),
		what:    "CPU time of kvserver for a GET, telemetry on ÷ off",
		measure: serverCPU("get", telemetryOnOff),
	},
	{
		name: "server_cpu_set", goal: atMost(1.05),
		what:    "CPU time of kvserver for a SET that is synced, telemetry on ÷ off",
		measure: serverCPU("set", telemetryOnOff),
	},
	{
		name: "server_traces_get", goal: atMost(1.02),
		what:    "CPU time of kvserver for a GET, ten traced commands a second ÷ none",
		measure: serverCPU("get", tracesOnOff),
	},
	{
		name: "server_traces_set", goal: atMost(1.02),
		what:    "CPU time of kvserver for a SET that is synced, ten traced commands a second ÷ none",
		measure: serverCPU("set", tracesOnOff),
	},
}

// matching returns the definitions whose names match.
func matching(pattern *regexp.Regexp) []definition {
	var selected []definition
	for _, d := range definitions {
		if pattern.MatchString(d.name) {
			selected = append(selected, d)
		}
	}
	return selected
}

func atMost(goal float64) *float64 { return &goal }

// judge gives r the name and the goal of its definition, and the verdict.
func (d definition) judge(r row) row {
	r.Name, r.Goal = d.name, d.goal
	if d.goal != nil {
		met := r.Ratio <= *d.goal
		r.Met = &met
	}
	return r
}
