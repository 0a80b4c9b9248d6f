package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// How long a value that cannot be told any more counts as it was: longer than people
// take to mend it.
const held = 6 * time.Hour

// lately is what a series is, or was within the last window, so that a scrape that is
// missed ends nothing. A target that is not there any more has no up, and its last word
// does not outlast it: a program that ends while it drains, or lags, is nobody's page.
func (s *Scope) lately(series promql.Vector) promql.Vector {
	return s.Last(series, window).And(promql.On(Job, Instance), s.Named("up")).Or(series)
}

// present is a store that tells of itself.
func (s *Scope) present() promql.Vector { return s.lately(s.Series(catalog.InFlight)) }

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
	return s.Last(series, held).And(promql.On(Job, Instance), s.lately(s.Series(catalog.Uptime)))
}
