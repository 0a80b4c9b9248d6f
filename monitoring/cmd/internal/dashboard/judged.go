package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// What is judged on the first screen is what the rules judge: by their window, whatever
// the time range, by their guard against a handful of bad calls, and by histograms of any
// kind, whatever is chosen for the charts. Else one failed call of a rare operation makes
// a store ill.
type judged struct {
	value promql.Vector // of each operation
	bad   promql.Vector // operations a second that are not well
	line  float64       // the objective
}

// missed is the value of operations that miss the objective.
func (j judged) missed(s *Scope) promql.Vector {
	return j.value.Above(j.line).And(promql.Same, s.Enough(j.bad))
}

// known leaves out operations of which there were too few to tell.
func (j judged) known(s *Scope) promql.Vector {
	return j.missed(s).Or(j.value.Below(j.line))
}

// tooFew is what a number shows where there are operations, and all of them are too few.
var tooFew = []State{{Value: -1, To: -1, Text: "few calls", Color: Gray}}

// number is that of the worst operation.
func (j judged) number(s *Scope) promql.Vector {
	return highest(j.known(s)).Or(count(j.value.AtLeast(0)).Times(0).Minus(promql.Raw("1")))
}

func (s *Scope) recently(v promql.Vector, by ...string) promql.Vector {
	return sum(s.Rate(v, alert.Window), by...)
}

// judgedErrors are the shares of operations that fail.
func (s *Scope) judgedErrors() judged {
	all := s.recently(s.operation(catalog.Requests), byOperation...)
	failed := s.recently(s.operation(catalog.Errors, alert.CountedErrors()), byOperation...).Or(all.Times(0))
	return judged{value: failed.Over(all.Above(0)), bad: failed, line: s.Errors}
}

// judgedLatency is the p99 of operations.
func (s *Scope) judgedLatency() judged {
	m, matchers := catalog.OperationDuration, operations(alert.TimedOperations())
	native := s.recently(s.Series(m, matchers...), byOperation...)
	classic := s.recently(s.Buckets(m, matchers...), append(byOperation[:len(byOperation):len(byOperation)], "le")...)
	p99 := native.Call("histogram_quantile", 0.99).Or(classic.Call("histogram_quantile", 0.99))
	slow := s.recently(s.Observations(m, matchers...), byOperation...).
		Minus(s.recently(s.Buckets(m, append(matchers, promql.Within(s.P99.Seconds()))...), byOperation...)).
		Or(native.Call("histogram_count").Multiplied(promql.Raw("histogram_fraction(-Inf, " + promql.Number(s.P99.Seconds()) + ", " + native.String() + ")").OneMinus()))
	return judged{value: p99, bad: slow, line: s.P99.Seconds()}
}

// lag is that of the replica which is behind most. A replica that is not connected has
// none: those are counted below zero.
func (s *Scope) lag(by ...string) promql.Vector {
	return count(s.store(catalog.ReplicationConnected).Is(0), by...).Times(-1).Or(highest(s.store(catalog.ReplicationLag), by...))
}

var lost = []State{{Value: -1e6, To: -1, Text: "lost", Color: Red}}
