package alert

import (
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// Series that are recorded, by instance, store and operation, and by service and store.
const (
	requestsRate = "operation:kvdb_requests:rate5m"
	errorsRate   = "operation:kvdb_errors:rate5m"
	timedRate    = "operation:kvdb_timed:rate5m"
	slowRate     = "operation:kvdb_slow:rate5m"

	serviceRequests = "service:kvdb_requests:rate5m"
	serviceErrors   = "service:kvdb_errors:rate5m"
	serviceTimed    = "service:kvdb_timed:rate5m"
	serviceSlow     = "service:kvdb_slow:rate5m"
)

func operationRecords(s *Scope) []Record {
	return []Record{
		{requestsRate, s.Rate(s.Series(catalog.Requests), window).Sum(catalog.OutcomeAttribute)},
		{errorsRate, s.Rate(s.Series(catalog.Errors, CountedErrors()), window).Sum(catalog.ErrorType)},
		{timedRate, s.timed()},
		{slowRate, s.slow()},
		{serviceRequests, s.ofService(requestsRate)},
		{serviceErrors, s.ofService(errorsRate)},
		{serviceTimed, s.ofService(timedRate)},
		{serviceSlow, s.ofService(slowRate)},
	}
}

// ofService adds up the instances and operations of a service's store.
func (s *Scope) ofService(record string) promql.Vector {
	return s.recorded(record).Sum(append(ofInstance(), catalog.OperationName)...)
}

// CountedErrors keeps the series of errors that count against an objective.
func CountedErrors() promql.Matcher {
	return promql.NotAmong(catalog.ErrorType, callersFault()...)
}

// callersFault are the types of errors that are nobody's page.
func callersFault() (kinds []catalog.ErrorKind) {
	for _, k := range catalog.ErrorKinds() {
		if k.CallersFault() {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// TimedOperations keeps the series of those that an objective of latency is about.
func TimedOperations() promql.Matcher {
	var names []catalog.Operation
	for _, o := range slices.Concat(catalog.Operations(), []catalog.Operation{catalog.Other}, catalog.UntimedCommands()) {
		if o.OutsideLatency() {
			names = append(names, o)
		}
	}
	return promql.NotAmong(catalog.OperationName, names...)
}

// histogram is the rate of a histogram that is native, or that Prometheus 3 has made
// so (convert_classic_histograms_to_nhcb): then its buckets are no series.
func (s *Scope) histogram() promql.Vector {
	return s.Rate(s.Series(catalog.OperationDuration, TimedOperations()), window).Sum(catalog.ErrorType)
}

// timed is the rate of operations that an objective of latency is about, by classic
// buckets or by a native histogram.
func (s *Scope) timed() promql.Vector {
	classic := s.Rate(s.Observations(catalog.OperationDuration, TimedOperations()), window).Sum(catalog.ErrorType)
	return classic.Or(s.histogram().Call("histogram_count"))
}

// slow is the rate of those that take longer than the objective.
func (s *Scope) slow() promql.Vector {
	bound := s.P99.Seconds()
	classic := s.Rate(s.Observations(catalog.OperationDuration, TimedOperations()), window).Sum(catalog.ErrorType).
		Minus(s.Rate(s.Buckets(catalog.OperationDuration, TimedOperations(), promql.Within(bound)), window).Sum(catalog.ErrorType, "le"))
	count := s.histogram().Call("histogram_count")
	native := count.Multiplied(promql.Raw("histogram_fraction(-Inf, " + promql.Number(bound) + ", " + s.histogram().String() + ")").OneMinus())
	// Without observations the fraction is no number, which would spoil every sum.
	return classic.Or(native.AtLeast(0)).Or(count.Times(0))
}

// quantile is the duration that one in a hundred operations exceeds.
func (s *Scope) quantile() promql.Vector {
	const p99 = 0.99
	classic := s.Rate(s.Buckets(catalog.OperationDuration, TimedOperations()), window).Sum(catalog.ErrorType)
	return classic.Call("histogram_quantile", p99).Or(s.histogram().Call("histogram_quantile", p99))
}
