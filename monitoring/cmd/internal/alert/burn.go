package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

const day = 24 * time.Hour

// A pair of windows sees a budget burn so many times as fast as it may: the long one
// that it matters, the short ones that it goes on.
type pair struct {
	factor float64
	long   time.Duration
	short  []time.Duration
}

// The factors are those of the Site Reliability Workbook: 2 % of the budget of thirty
// days in an hour, 5 % in six, and 10 % in a day or in three. The second pair
// has a third window, so that an outage that is over does not page once more.
var (
	fast = []pair{
		{FastBurn, time.Hour, []time.Duration{window}},
		{6, 6 * time.Hour, []time.Duration{30 * time.Minute, window}},
	}
	steady = []pair{
		{3, day, []time.Duration{2 * time.Hour}},
		{1, 3 * day, []time.Duration{6 * time.Hour}},
	}
)

// burn are the levels of an alert on the budget of a service. Nobody gets a ticket for
// a budget that was spent while somebody had been paged for it or for what spends it, by
// these alerts about stores.
func (s *Scope) burn(bad, all string, pages ...string) []Level {
	paged := s.Over("max_over_time", s.Named("ALERTS",
		promql.Among("alertname", pages...), promql.Is("alertstate", "firing"), promql.Is("severity", Critical)), 6*time.Hour)
	return []Level{
		{
			Severity: Critical, For: soon, // its windows hold it; what explains it lasts longer
			Expr:        s.pairs(bad, all, fast),
			Description: "At this rate it is gone within days.",
		},
		{
			Severity: Warning, For: time.Hour, KeepFiring: time.Hour,
			Expr:        s.pairs(bad, all, steady).Unless(s.onALERTS(ofStore()...), paged),
			Description: "It is slow enough to be looked at in the daytime.",
		},
	}
}

func (s *Scope) pairs(bad, all string, pairs []pair) promql.Vector {
	var either promql.Vector
	for i, p := range pairs {
		burning := s.burning(bad, all, p.long, p.factor)
		for _, w := range p.short {
			burning = burning.And(promql.Same, s.burning(bad, all, w, p.factor))
		}
		last := p.short[0]
		burning = burning.And(promql.Same, s.enough(s.average(bad, last), last))
		if i == 0 {
			either = burning
		} else {
			either = either.Or(burning)
		}
	}
	return either
}

func (s *Scope) burning(bad, all string, w time.Duration, factor float64) promql.Vector {
	return s.average(bad, w).Over(s.average(all, w)).Above(factor * budget)
}

// budget is objective.ErrorBudget, as the number that people write.
var budget = promql.Round(objective.ErrorBudget)

// average is that of a rate that is recorded over its own window.
func (s *Scope) average(record string, w time.Duration) promql.Vector {
	if w == window {
		return s.recorded(record)
	}
	return s.Over("avg_over_time", s.recorded(record), w)
}
