package dashboard

import (
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

var (
	outcome   = catalog.PrometheusLabel(catalog.OutcomeAttribute)
	errorType = catalog.PrometheusLabel(catalog.ErrorType)
)

const chosenQuantile = "$" + QuantileVariable

func (s *Scope) operations() Row {
	share := func(o catalog.Outcome) promql.Vector {
		return s.outcomes(o, operationName).Over(s.requests(operationName).Above(0))
	}
	quantile := func(m catalog.Metric, matchers ...promql.Matcher) promql.Vector {
		return s.quantile(chosenQuantile, m, operations(matchers...), operationName)
	}
	item := legend(operationName)
	return Row{ID: 100, Title: "Operations", Panels: laid(8, 8,
		Panel{
			ID: 101, Title: "Durations", Kind: HeatMap, Unit: Seconds, Width: 12,
			Description: "How many operations a second take how long, by color. Two bands mean two kinds of calls, as those that find their block in the cache and those that do not; " +
				"choose an operation above to see which is which. Each dot is a call with a trace. Everything is in it, scans and transactions, too.",
			Queries: []Query{{Expr: s.heat(catalog.OperationDuration, operations()), Legend: "{{le}}", Exemplars: true}},
			Alerts:  []string{"KVLatencyHigh"},
		},
		Panel{
			ID: 102, Title: "Latency by operation, $" + QuantileVariable, Unit: Seconds, Logarithmic: true, Width: 12,
			Description: "The chosen quantile of each operation that the objective is about. One line far above the others is an operation to look at: a click leads to its traces and lines. " + kindsOfHistograms,
			Queries:     []Query{{Expr: s.latency(chosenQuantile, operationName), Legend: item, Exemplars: true}},
			Lines:       s.latencyLine(),
			Alerts:      []string{"KVLatencyHigh", "KVLatencyBudgetBurn"},
			Links:       []Link{s.tracesOf("duration > "+s.traceDuration(), operationName), s.linesOf(catalog.OperationSlow, operationName)},
		},
		Panel{
			ID: 103, Title: "Scans and transactions, $" + QuantileVariable, Unit: Seconds, Logarithmic: true,
			Description: "The chosen quantile of operations that contain the caller's own code, about which there is no objective. Long ones hold what an engine could free: shorten them if pages or files pile up.",
			Queries:     []Query{{Expr: quantile(catalog.OperationDuration, callersTime()), Legend: item, Exemplars: true}},
		},
		Panel{
			ID: 104, Title: "Slower than the objective", Unit: Share,
			Description: "The share of an operation's calls that take longer than the objective of latency. It is exact for classic and converted buckets, of which one ends there. Above one in a hundred the p99 misses its objective.",
			Queries:     []Query{{Expr: s.slowShare(operationName), Legend: item}},
			Lines:       []Line{{"", 0.01, Red}},
			Alerts:      []string{"KVLatencyHigh"},
			Links:       []Link{s.linesOf(catalog.OperationSlow, operationName)},
		},
		Panel{
			ID: 105, Title: "Latency as programs compute it, $" + QuantileVariable, Unit: Seconds, Logarithmic: true,
			Empty:       "p50, p95 or p99",
			Description: "Quantiles of the last minute that the programs themselves compute, of the slowest instance: exact to 5 % whatever the histograms are. There are 0.5, 0.95 and 0.99. They do not add up over instances.",
			Queries: []Query{{
				Expr:   highest(s.operation(catalog.RequestLatencyQuantiles, promql.Matcher{Label: "quantile", Operator: "=", Value: chosenQuantile}), operationName),
				Legend: item,
			}},
			Lines: s.latencyLine(),
		},
		Panel{
			ID: 106, Title: "Outcomes", Unit: OperationsPerSec, Stacked: true,
			Description: "How operations end. A miss is a read that found nothing: many more than usual mean that a cache was emptied or data is gone.",
			Queries:     []Query{{Expr: sum(rate(s.operation(catalog.Requests)), outcome), Legend: legend(outcome)}},
		},
		Panel{
			ID: 107, Title: "Errors by type", Unit: CountsPerSec, Stacked: true,
			Description: "Failed operations by operation and type. The type says where to look: unavailable at the engine or its server, no_space at the disk, timeout at what is slow. " +
				"closed, invalid_argument and too_large are the caller's fault.",
			Queries: []Query{{Expr: sum(rate(s.operation(catalog.Errors)), operationName, errorType).Above(0), Legend: legend(operationName, errorType)}},
			Empty:   "no errors",
			Alerts:  []string{"KVErrorRatioHigh"},
			Links:   []Link{s.linesOf(catalog.OperationFailed, operationName)},
		},
		Panel{
			ID: 108, Title: "Given up by callers", Unit: Share,
			Description: "The share of calls whose caller did not wait for the end. They are no errors of the store, but rise when it is slow: compare deadlines with latency.",
			Queries:     []Query{{Expr: share(catalog.Canceled), Legend: item}},
			Lines:       []Line{{"CanceledRatio", objective.CanceledRatio, Orange}},
			Alerts:      []string{"KVCanceledHigh"},
		},
		Panel{
			ID: 109, Title: "Lost to another update", Unit: Share,
			Description: "The share of updates that lost to another one and have to be tried again. Find the keys that many write at once.",
			Queries:     []Query{{Expr: share(catalog.Conflict), Legend: item}},
			Lines:       []Line{{"ConflictRatio", objective.ConflictRatio, Orange}},
			Alerts:      []string{"KVConflictsHigh"},
		},
		Panel{
			ID: 110, Title: "In flight", Unit: Count,
			Description: "Operations that have begun and not ended, by store. It rises when operations take longer or when more come at once; one that stays where it is for minutes hangs.",
			Queries:     []Query{{Expr: sum(s.store(catalog.InFlight), alert.Instance, namespace), Legend: legend(namespace, alert.Instance)}},
			Alerts:      []string{"KVStoreHung"},
		},
		Panel{
			ID: 111, Title: "Oldest operation in flight", Unit: Seconds,
			Description: "Its age, at most a second too low. Above half a minute a store counts as hung, and the line \"" + catalog.OperationHangs + "\" says where it waits. " +
				"The dashed line has scans and transactions in it, which last as long as their caller likes.",
			Queries: []Query{
				{Expr: highest(s.store(catalog.InFlightOldestOwnAge), alert.Instance, namespace), Legend: legend(namespace, alert.Instance)},
				{Expr: highest(s.store(catalog.InFlightOldestAge), alert.Instance, namespace), Legend: legend(namespace, alert.Instance) + " with callers' code", Dashed: true},
			},
			Lines:  append(hungLine(), Line{"TransactionAge", objective.TransactionAge.Seconds(), Purple}),
			Alerts: []string{"KVStoreHung"},
		},
		Panel{
			ID: 112, Title: "Bytes in and out", Unit: BytesPerSec,
			Description: "Keys and values that callers send and get, a second. Compare it with what the engine writes: the difference is its amplification.",
			Queries: []Query{
				{Expr: sum(rate(s.operation(catalog.BytesWritten))), Legend: "sent"},
				{Expr: sum(rate(s.operation(catalog.BytesRead))), Legend: "delivered"},
			},
		},
		Panel{
			ID: 113, Title: "Sizes of requests, $" + QuantileVariable, Unit: Bytes, Logarithmic: true, Empty: "no WithSizes",
			Description: "Keys and values that an operation sends. Programs show it with instrument.WithSizes. A few large ones explain a latency that few see.",
			Queries:     []Query{{Expr: quantile(catalog.RequestSize), Legend: item}},
		},
		Panel{
			ID: 114, Title: "Sizes of answers, $" + QuantileVariable, Unit: Bytes, Logarithmic: true, Empty: "no WithSizes",
			Description: "Keys and values that an operation delivers. Programs show it with instrument.WithSizes.",
			Queries:     []Query{{Expr: quantile(catalog.ResponseSize), Legend: item}},
		},
		Panel{
			ID: 115, Title: "Items of a batch", Unit: Count, Empty: "no batches",
			Description: "How many items a batch has on average. Small batches cost as much as single operations; large ones hold others up.",
			Queries: []Query{{
				Expr: sum(rate(s.operation(catalog.BatchItems)), operationName).
					Over(sum(rate(s.operation(catalog.Requests, promql.Among(catalog.OperationName, batches()...))), operationName).Above(0)),
				Legend: item,
			}},
		},
	)}
}

// callersTime keeps operations whose durations contain the caller's code.
func callersTime() promql.Matcher {
	return promql.Among(catalog.OperationName, those(func(c catalog.Contract) bool { return c.CallerTime })...)
}

func batches() []catalog.Operation {
	return those(func(c catalog.Contract) bool { return c.Batch })
}

func those(has func(catalog.Contract) bool) (list []catalog.Operation) {
	for _, o := range catalog.Operations() {
		if has(o.Contract()) {
			list = append(list, o)
		}
	}
	return list
}
