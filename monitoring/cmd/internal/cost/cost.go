// Package cost computes how many series telemetry takes, from what the catalogue
// and the adapters declare.
package cost

import (
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// ScrapeInterval is that of the guides, in seconds.
const ScrapeInterval = 15

// A Setting is what decides how many series a store has. The zero value is a store
// with a logger and no options that nobody has used yet.
type Setting struct {
	InUse         []catalog.Operation // those that the store has not are left out
	WithoutCompat bool                // instrument.WithoutCompatMetrics
	Sizes         bool                // instrument.WithSizes
}

// Store returns how many series one wrapped store shows on /metrics once the
// engine's statistics have been read and no operation has failed; what failures
// add says [Failure].
func Store(e engine.Engine, s Setting) int {
	n := 0
	for _, series := range ByMetric(e, s) {
		n += series
	}
	return n
}

// ByMetric returns how many series a wrapped store shows by the name on /metrics.
func ByMetric(e engine.Engine, s Setting) map[string]int {
	all := make(map[string]int)
	for _, m := range append(catalog.All(), e.Metrics()...) {
		if n := of(m, e, s); n > 0 {
			all[m.PrometheusName()] = n
		}
	}
	return all
}

// of returns how many series of one metric a wrapped store shows.
func of(m catalog.Metric, e engine.Engine, s Setting) int {
	if !slices.Contains(m.Attributes, catalog.SystemName) || !shown(m, e, s) {
		return 0
	}
	if !slices.Contains(m.Attributes, catalog.OperationName) {
		return each(m)
	}
	n := 0
	for _, o := range e.Operations() {
		if !m.FromFirstUse || slices.Contains(s.InUse, o) {
			n += ofOperation(m, o.Contract())
		}
	}
	return n
}

// Failure returns how many series the first error of a type adds for each
// operation that meets it: a histogram of the durations of these failures.
func Failure() int { return each(catalog.OperationDuration) }

// shown reports whether a store has a metric at all.
func shown(m catalog.Metric, e engine.Engine, s Setting) bool {
	switch m.Name {
	case catalog.RequestLatency.Name, catalog.RequestLatencyQuantiles.Name:
		return !s.WithoutCompat
	case catalog.RequestSize.Name, catalog.ResponseSize.Name:
		return s.Sizes
	case catalog.PoolIdleMin.Name, catalog.PoolIdleMax.Name:
		return false // no client has these limits by default
	case catalog.PoolCreateTime.Name:
		return false // no pool measures it by default
	case catalog.InFlightHungAge.Name:
		return false // nothing hangs
	case catalog.StatsAge.Name:
		return e.Has("StatsReader")
	case catalog.Utilization.Name:
		return e.KnowsDisk()
	}
	switch {
	case slices.Contains(m.Attributes, catalog.Replica):
		return false // each replica adds them
	case slices.Contains(m.Attributes, catalog.PoolName):
		return e.Has("PoolReader")
	}
	return true
}

// ofOperation returns how many series of a metric an operation has, whose calls
// may end in any way.
func ofOperation(m catalog.Metric, c catalog.Contract) int {
	switch {
	case m.Name == catalog.RequestSize.Name && !c.Sends,
		m.Name == catalog.ResponseSize.Name && !c.Delivers,
		m.Name == catalog.BatchItems.Name && !c.Batch:
		return 0
	case slices.Contains(m.Attributes, catalog.OutcomeAttribute):
		return len(c.Outcomes)
	case slices.Contains(m.Attributes, catalog.ErrorType) && m.Kind == catalog.Counter:
		return len(c.Errors)
	default:
		return each(m)
	}
}

// each returns how many series one set of attributes has.
func each(m catalog.Metric) int {
	if types := m.Values[catalog.ErrorType]; slices.Contains(m.Attributes, catalog.PoolName) && len(types) > 0 {
		return len(types)
	}
	if slices.Contains(m.Attributes, catalog.PoolState) {
		states, _ := catalog.FindAttribute(catalog.PoolState)
		return len(states.Values)
	}
	switch m.Kind {
	case catalog.Histogram:
		if m.Name == catalog.PoolWaitTime.Name {
			return 3 // one bucket, where a pool does not measure each
		}
		return len(m.Bounds) + 3 // and +Inf, sum and count
	case catalog.Summary:
		return len(m.Quantiles) + 2 // and sum and count
	case catalog.ExponentialHistogram:
		return 0 // on /metrics it is the native side of another one
	default:
		return 1
	}
}
