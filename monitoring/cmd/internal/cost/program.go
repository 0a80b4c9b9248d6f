package cost

import (
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// exceptions are metrics of a program of which the catalogue alone does not tell
// how many series they have.
var exceptions = map[string]int{
	catalog.LogDropped.Name:     2, // without sampling
	catalog.ScrapeFailures.Name: 2, // time-outs of telemetry and of stores; others once they happen
	catalog.ScrapeDropped.Name:  0, // nothing is dropped as a rule
	catalog.Utilization.Name:    2, // CPU and memory; the disk is a store's
	catalog.GoMemoryLimit.Name:  0, // without GOMEMLIMIT
	catalog.TargetInfo.Name:     1,
}

// Otelsetup returns how many series a program shows beside those of its stores,
// with a telemetry that has no options.
func Otelsetup() int {
	return sum(func(m catalog.Metric) bool {
		return m.Name == catalog.Utilization.Name || m.Source == otelsetup && !exports(m) || other(m)
	})
}

// Runtime returns how many of them otelsetup.WithoutRuntimeMetrics removes.
func Runtime() int {
	return sum(func(m catalog.Metric) bool { return other(m) && m.Only == "" })
}

// Process returns how many of them otelsetup.WithoutProcessMetrics removes.
func Process() int {
	return sum(func(m catalog.Metric) bool {
		switch m.Name {
		case catalog.Utilization.Name, catalog.ResidentMemory.Name, catalog.Uptime.Name:
			return true
		}
		return other(m) && m.Only == catalog.Page && m.Name != catalog.TargetInfo.Name
	})
}

// OTLP returns how many series an endpoint for all signals adds.
func OTLP() int {
	return sum(exports) + 2*series(catalog.ExportMended) // for each of the three exporters
}

// Health returns how many series package health adds with so many checks, and with
// its own, the heartbeat of its scheduler.
func Health(checks int) int {
	return sum(func(m catalog.Metric) bool { return m.Source == "health" && !ofCheck(m) }) + checks*Check() + Heartbeat()
}

// Check returns how many series a check has.
func Check() int {
	return sum(func(m catalog.Metric) bool { return m.Source == "health" && ofCheck(m) })
}

// Heartbeat returns how many series a heartbeat has: nothing runs that would last.
func Heartbeat() int { return Check() - series(catalog.HealthCheckDuration) }

// Pprofx returns how many series package pprofx adds.
func Pprofx() int { return sum(func(m catalog.Metric) bool { return m.Source == "pprofx" }) }

const otelsetup = "otelsetup"

// exports reports whether a metric is there with OTLP only.
func exports(m catalog.Metric) bool {
	return slices.Contains(m.Attributes, catalog.ComponentName)
}

// other reports whether a metric is somebody else's.
func other(m catalog.Metric) bool {
	return slices.ContainsFunc(catalog.Others(), func(g catalog.Group) bool {
		return slices.ContainsFunc(g.Metrics, func(o catalog.Metric) bool { return o.Name == m.Name })
	})
}

func ofCheck(m catalog.Metric) bool { return slices.Contains(m.Attributes, catalog.CheckName) }

// sum adds up the series of the metrics that belong to something.
func sum(belongs func(catalog.Metric) bool) int {
	n := 0
	for _, g := range append(catalog.Groups(), catalog.Others()...) {
		for _, m := range g.Metrics {
			if belongs(m) {
				n += series(m)
			}
		}
	}
	return n
}

// series returns how many series a metric of a program has: one for each
// combination of the values of its attributes. What there is one of, such as a
// check or an exporter, is counted once.
func series(m catalog.Metric) int {
	if n, ok := exceptions[m.Name]; ok {
		return n
	}
	n := each(m)
	for _, key := range m.Attributes {
		switch key {
		case catalog.CheckName, catalog.CheckKind, catalog.ComponentType, catalog.ComponentName:
		case catalog.ErrorType:
			n *= len(m.Values[key]) + 1 // and without
		default:
			n *= len(values(m, key))
		}
	}
	return n
}

func values(m catalog.Metric, key string) []string {
	if own := m.Values[key]; own != nil {
		return own
	}
	a, _ := catalog.FindAttribute(key)
	return a.Values
}
