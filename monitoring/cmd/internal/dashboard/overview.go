package dashboard

import (
	"regexp"
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// overview is the first screen: fourteen cells high, which is what fits below Grafana's
// own bars and the variables on 720 pixels.
func (s *Scope) overview() Row {
	return Row{Panels: append(append(s.numbers(), s.goldenSignals()...), s.storesTable(), s.firingTable())}
}

func (s *Scope) numbers() []Panel {
	ready := s.process(catalog.HealthReady, promql.Is(catalog.Probe, "readiness"))
	panels := []Panel{
		{
			ID: 1, Title: "Alerts", Unit: Plain, Empty: "no rules",
			Description: "Alerts that fire for what is chosen above, those of several operations of a store as one. Start with the table of them below, which has as many rows and links to what to do. " +
				"\"no rules\" means that Prometheus has not loaded rules.yaml.",
			Queries: []Query{{Expr: count(highest(s.firing(), ofFiring...)).Or(s.watchdog())}},
			Lines:   []Line{{"", 1, Red}},
		},
		{
			ID: 2, Title: "Not ready", Unit: Plain, Empty: "no probes",
			Description: "Instances whose readiness probe says no, so that they get no traffic. The row of health says which check fails.",
			Queries:     []Query{{Expr: count(ready.Is(0)).Or(count(ready).Times(0))}},
			Lines:       []Line{{"", 1, Red}},
			Alerts:      []string{"KVNotReady"},
		},
		{
			ID: 3, Title: "Traffic", Unit: OperationsPerSec, Empty: "none",
			Description: "Operations that ended, a second. A drop to nothing with everything else well means that callers do not reach the service.",
			Queries:     []Query{{Expr: s.recently(s.operation(catalog.Requests))}},
			Alerts:      []string{"KVTrafficDropped"},
		},
		{
			ID: 4, Title: "Worst errors", Unit: Share, Empty: "no traffic",
			Description: "The share of one operation of one instance that fails, of that which fails most. What is the caller's fault does not count, nor do fewer than ten errors in five minutes. " +
				"The table of stores names the operation; the row of operations has the types of errors.",
			Queries: []Query{{Expr: s.judgedErrors().number(s)}},
			Lines:   s.errorLine(),
			States:  tooFew,
			Alerts:  []string{"KVErrorRatioHigh", "KVErrorBudgetBurn"},
		},
		{
			ID: 5, Title: "Slowest p99", Unit: Seconds, Empty: "no traffic",
			Description: "What one in a hundred calls of an operation of an instance takes or longer, of the slowest one; fewer than ten slow ones in five minutes say nothing. " +
				"Scans and transactions, which contain the caller's code, are not in it. " + kindsOfHistograms,
			Queries: []Query{{Expr: s.judgedLatency().number(s)}},
			Lines:   s.latencyLine(),
			States:  tooFew,
			Alerts:  []string{"KVLatencyHigh", "KVLatencyBudgetBurn"},
		},
		{
			ID: 6, Title: "CPU or memory", Unit: Share, Empty: "not known",
			Description: "The higher of both as a share of its tightest limit, on the instance that uses most. Take load away or give it more; the profile says what uses it.",
			Queries:     []Query{{Expr: highest(s.used())}},
			Lines:       s.saturationLines(),
			Alerts:      []string{"KVSaturationHigh"},
		},
		{
			ID: 7, Title: "Disk used", Unit: Share, Empty: "not known",
			Description: "The fullest disk of a store. Above the line stores are not ready, since an engine needs room to compact: free space or add some.",
			Queries:     []Query{{Expr: highest(s.disk())}},
			Lines:       s.diskLines(),
			Alerts:      []string{"KVDiskFull", "KVDiskFilling"},
		},
		{
			ID: 8, Title: "Replica lag", Unit: Seconds, Empty: "no replicas",
			Description: "How far the replica is behind that is behind most. Reads from it are as old as that: compare the rate of writes with the replica's disk and network. Of one that is not connected it is not known.",
			Queries:     []Query{{Expr: s.lag()}},
			Lines:       s.lagLine(),
			States:      lost,
			Alerts:      []string{"KVReplicationLagHigh", "KVReplicaDisconnected"},
		},
	}
	for i := range panels {
		panels[i].Kind, panels[i].Width, panels[i].Height = Stat, 3, 3
	}
	return panels
}

const kindsOfHistograms = "A native histogram and a summary are exact to 5 %; of classic or converted buckets one only knows between which two bounds the value lies."

func (s *Scope) goldenSignals() []Panel {
	panels := []Panel{
		{
			ID: 11, Title: "Traffic by operation", Unit: OperationsPerSec, Stacked: true,
			Description: "Operations that ended, a second. Compare it with the other three: what rises with the traffic wants more capacity, what rises without it is a fault.",
			Queries:     []Query{{Expr: s.requests(operationName), Legend: legend(operationName)}},
			Alerts:      []string{"KVTrafficDropped"},
			Links:       []Link{s.tracesOf("", operationName)},
		},
		{
			ID: 12, Title: "Errors by operation", Unit: Share,
			Description: "The share of an operation's calls that fail, without what is the caller's fault. A click on a line leads to the log and to traces of it.",
			Queries:     []Query{{Expr: s.errorShare(operationName), Legend: legend(operationName)}},
			Lines:       s.errorLine(),
			Alerts:      []string{"KVErrorRatioHigh", "KVErrorBudgetBurn"},
			Links:       []Link{s.linesOf(catalog.OperationFailed, operationName), s.tracesOf("status = error", operationName)},
		},
		{
			ID: 13, Title: "Latency", Unit: Seconds, Logarithmic: true,
			Description: "What 50, 95 and 99 of 100 calls take at most, over all that is chosen. Each dot is a call with a trace: a click leads to it. " +
				"Scans and transactions, which contain the caller's code, are not in it. " + kindsOfHistograms,
			Queries: []Query{
				{Expr: s.latency("0.50"), Legend: "p50"},
				{Expr: s.latency("0.95"), Legend: "p95"},
				{Expr: s.latency("0.99"), Legend: "p99", Exemplars: true},
			},
			Lines:  s.latencyLine(),
			Alerts: []string{"KVLatencyHigh", "KVLatencyBudgetBurn"},
			Links:  []Link{s.slowTraces(), s.linesOf(catalog.OperationSlow)},
		},
		{
			ID: 14, Title: "Saturation", Unit: Share, Whole: true,
			Description: "How much of CPU, memory and disk is used, as a share of the tightest limit, where it is most. A CPU in full use shows as latency; memory that runs out ends the process.",
			Queries:     []Query{{Expr: highest(s.used().Or(s.disk()), resource), Legend: legend(resource)}},
			Lines:       s.saturationLines(),
			Alerts:      []string{"KVSaturationHigh", "KVDiskFull"},
		},
	}
	for i := range panels {
		panels[i].Kind, panels[i].Width, panels[i].Height = TimeSeries, 6, 6
	}
	return panels
}

var resource = catalog.PrometheusLabel(catalog.Resource)

// used are the shares of CPU and memory that processes use.
func (s *Scope) used() promql.Vector {
	return s.process(catalog.Utilization, promql.Among(catalog.Resource, catalog.CPU, catalog.Memory))
}

func (s *Scope) disk() promql.Vector {
	return s.store(catalog.Utilization, promql.Is(catalog.Resource, catalog.Disk))
}

// firing are alerts of ours: those of a service have no instance, those of a process no
// store.
func (s *Scope) firing(matchers ...promql.Matcher) promql.Vector {
	or := func(label, variable string) promql.Matcher {
		return promql.Matcher{Label: label, Operator: "=~", Value: "$" + variable + "|"}
	}
	return promql.Writer{Matchers: orWithout(s.Matchers)}.Named("ALERTS", append([]promql.Matcher{
		{Label: "alertname", Operator: "=~", Value: "KV.+"},
		{Label: "alertstate", Operator: "=", Value: "firing"},
		{Label: "severity", Operator: "!=", Value: alert.None},
		or(alert.Job, alert.JobVariable), or(alert.Instance, alert.InstanceVariable), or(namespace, alert.StoreVariable),
	}, matchers...)...)
}

// orWithout also keeps series without the labels of matchers: the expressions of some
// alerts group them away.
func orWithout(matchers []promql.Matcher) []promql.Matcher {
	list := slices.Clone(matchers)
	for i, m := range list {
		switch m.Operator {
		case "=":
			list[i] = promql.Matcher{Label: m.Label, Operator: "=~", Value: regexp.QuoteMeta(m.Value) + "|"}
		case "=~":
			list[i].Value = "(?:" + m.Value + ")|"
		}
	}
	return list
}

// watchdog is 0 where the rules are loaded.
func (s *Scope) watchdog() promql.Vector {
	return count(promql.Raw(`ALERTS{alertname="KVWatchdog", alertstate="firing"}`)).Times(0)
}
