package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// How long a value that cannot be told any more counts as it was: longer than people
// take to mend it.
const held = 6 * time.Hour

// present is a store that tells of itself, or did so within the last window, so that a
// scrape that is missed ends nothing.
func (s *Scope) present() promql.Vector { return s.Last(s.Series(catalog.InFlight), window) }

// known is what a gauge is or, while it cannot be told and its store is there, what it
// was: not to know is not to be well. The attributes are those that the gauge has
// besides its store's.
func (s *Scope) known(series promql.Vector, attributes ...string) promql.Vector {
	match := promql.Same
	if len(attributes) > 0 {
		match = promql.Ignoring(attributes...)
	}
	return s.Last(series, held).And(match, s.present())
}

// knownOfProcess is the same for a gauge of a process.
func (s *Scope) knownOfProcess(series promql.Vector) promql.Vector {
	return s.Last(series, held).And(promql.On(Job, Instance), s.Last(s.Series(catalog.Uptime), window))
}
