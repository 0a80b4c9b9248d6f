package dashboard

import (
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// A histogram is classic, native, or one that Prometheus 3 has converted to a native one
// with the bounds of the classic. Each expression asks for both kinds of series. Where a
// deployment has both, or one on some instances and the other on others, a variable
// chooses: only classic series have a label le.
const (
	anyHistogram     = ".*"
	classicHistogram = ".+"
	nativeHistogram  = "^$"
)

func world() promql.Matcher { return chosen("le", HistogramVariable) }

// native is the rate of a native histogram.
func (s *Scope) native(m catalog.Metric, matchers []promql.Matcher, by []string) promql.Vector {
	return sum(rate(s.Series(m, append(slices.Clone(matchers), world())...)), by...)
}

// buckets are the rates of a classic one.
func (s *Scope) buckets(m catalog.Metric, matchers []promql.Matcher, by []string) promql.Vector {
	return sum(rate(s.Buckets(m, append(slices.Clone(matchers), world())...)), by...)
}

// quantile is that of a histogram, in any of its kinds: a native one first, which is
// exact to a few percent, where there are both. What did not happen has none: it would be
// a name in the legend without a line.
func (s *Scope) quantile(q string, m catalog.Metric, matchers []promql.Matcher, by ...string) promql.Vector {
	of := func(v promql.Vector) promql.Vector {
		return promql.Raw("histogram_quantile(" + q + ", " + v.String() + ")")
	}
	return of(s.native(m, matchers, by)).Or(of(s.buckets(m, matchers, append(slices.Clone(by), "le")))).AtLeast(0)
}

// latency is a quantile of the durations that an objective is about.
func (s *Scope) latency(q string, by ...string) promql.Vector {
	return s.quantile(q, catalog.OperationDuration, operations(alert.TimedOperations()), by...)
}

// slowShare is the share of the operations that take longer than the objective: classic
// buckets first, since they count exactly what is within one of their bounds.
func (s *Scope) slowShare(by ...string) promql.Vector {
	m, matchers := catalog.OperationDuration, operations(alert.TimedOperations())
	within := func(bound promql.Matcher) promql.Vector {
		return s.buckets(m, append(slices.Clone(matchers), bound), by)
	}
	all := within(promql.Matcher{Label: "le", Operator: "=", Value: "+Inf"})
	classic := all.Minus(within(promql.Within(s.P99.Seconds()))).Over(all)
	fraction := promql.Raw("histogram_fraction(-Inf, " + promql.Number(s.P99.Seconds()) + ", " + s.native(m, matchers, by).String() + ")")
	return classic.Or(fraction.OneMinus()).AtLeast(0) // what did not happen has none
}

// mean is that of a histogram which has a sum and a count, whatever its buckets.
func (s *Scope) mean(m catalog.Metric, matchers []promql.Matcher, by ...string) promql.Vector {
	part := func(suffix string) promql.Vector {
		return sum(rate(s.Named(m.PrometheusName()+suffix, matchers...)), by...)
	}
	native := sum(rate(s.Series(m, matchers...)), by...)
	return part("_sum").Over(part("_count")).Or(native.Call("histogram_sum").Over(native.Call("histogram_count"))).AtLeast(0)
}

// heat is a whole histogram. Of both kinds only the native one is drawn, since their
// cells would lie on each other.
func (s *Scope) heat(m catalog.Metric, matchers []promql.Matcher) promql.Vector {
	native := s.native(m, matchers, nil)
	return native.Or(s.buckets(m, matchers, []string{"le"}).Unless(promql.On(), native))
}
