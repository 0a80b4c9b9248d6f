package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

var saturationHigh = Alert{
	Name: "KVSaturationHigh",
	Of:   Process,
	Levels: func(s *Scope) []Level {
		used := func(resources ...string) promql.Vector {
			series := s.Series(catalog.Utilization, promql.Among(catalog.Resource, resources...))
			return s.Over("avg_over_time", series, window).Or(s.knownOfProcess(series))
		}
		return []Level{
			{
				Severity: Critical, For: soon, KeepFiring: 2 * window,
				Expr:        used(catalog.Memory).Above(s.SaturationCritical()),
				Description: "Memory is about to run out: the kernel ends the process when it has.",
			},
			{
				Severity: Warning, For: 10 * time.Minute, KeepFiring: window,
				Expr: used(catalog.CPU, catalog.Memory).Above(s.Saturation),
			},
		}
	},
	Summary: "{{ $labels." + catalog.PrometheusLabel(catalog.Resource) + " }} is used to " + share + ", " + atInstance +
		": see the profile of what uses it, then give more or take load away",
	Description: "The use of CPU or memory is high, as a share of the tightest limit. " +
		"A CPU in full use alone wakes nobody: what callers see of it does.",
	Fault:     "saturation",
	Objective: []string{"Saturation", "SaturationCritical"},
	OTLP:      "nothing is missing: the program measures the shares itself",
}

// SaturationCritical is the share above which somebody is woken. It lies above the
// deployment's own that warns.
func (s *Scope) SaturationCritical() float64 {
	if s.Saturation >= objective.SaturationCritical {
		return (1 + s.Saturation) / 2
	}
	return objective.SaturationCritical
}

var capacityHigh = Alert{
	Name: "KVCapacityHigh",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		if s.Capacity == 0 {
			return nil
		}
		return []Level{{
			Severity: Warning, For: 15 * time.Minute, KeepFiring: window,
			Expr: s.recorded(requestsRate).Sum(catalog.OperationName).Above(objective.CapacityUsed * s.Capacity),
		}}
	},
	Summary: "{{ $value | humanize }} operations a second on " + store + " are near its capacity, " + atInstance +
		": add instances, or see who asks so much",
	Description: "An instance does nearly as many operations a second as it was said to be able to.",
	Objective:   []string{"CapacityUsed"},
	Fault:       "none",
}
