package alert

import (
	"fmt"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// telling are the instances whose telemetry is there.
const telling = "instance:kvdb_telemetry:group"

func telemetryRecords(s *Scope) []Record {
	ours := s.Series(catalog.Uptime).And(promql.On(Job, Instance), s.Series(catalog.ScrapeFailures)).
		Or(s.Series(catalog.InFlight))
	return []Record{{telling, ours.By("group", append([]string{Instance}, s.target()...)...)}}
}

var restarting = Alert{
	Name: "KVRestarting",
	Of:   Process,
	Levels: func(s *Scope) []Level {
		const often, long = 15 * time.Minute, time.Hour
		// What is started every five minutes only is often started in an hour, and was lately.
		again := func(times func(time.Duration) promql.Vector) promql.Vector {
			return times(often).Above(objective.Restarts).
				Or(times(long).Above(objective.RestartsHour).And(promql.Same, times(often).Above(0)))
		}
		starts := again(func(w time.Duration) promql.Vector { return s.Over("changes", s.Series(catalog.ProcessStartTime), w) }).
			And(promql.On(Job, Instance), s.Over("max_over_time", s.recorded(telling), often))
		// Over OTLP each start is an instance of its own, which dies young.
		young := again(func(w time.Duration) promql.Vector {
			return s.Over("max_over_time", s.Series(catalog.Uptime), w).Below(s.Scaled(window).Seconds()).
				Unless(promql.Same, s.Series(catalog.Uptime)).
				Unless(promql.On(Job, Instance), s.Over("max_over_time", s.Series(catalog.ProcessStartTime), w)).
				By("count", s.target()...)
		})
		return []Level{
			{Severity: Critical, KeepFiring: 2 * window, Expr: starts},
			{Severity: Critical, KeepFiring: 2 * window, Of: Program, Expr: young},
		}
	},
	Summary: "{{ $labels.job }} {{ with $labels.instance }}on {{ . }} {{ end }}has restarted {{ $value }} times within " +
		fmt.Sprintf("{{ if gt $value %d.0 }}an hour{{ else }}a quarter of an hour{{ end }}: ", objective.RestartsHour) +
		"see the last lines before it ended",
	Description: "A program starts again and again: three times within a quarter of an hour, or five within an hour. What it does before it ends is in its log, and why it ends in its exit status or the kernel's log.",
	Fault:       "restart",
	Objective:   []string{"Restarts", "RestartsHour"},
	OTLP: "there is no `process_start_time_seconds`, and each start has a `service.instance.id` of its own: counted are the instances that ended before they were five minutes old, " +
		"five minutes after they did",
}

var telemetryAbsent = Alert{
	Name: "KVTelemetryAbsent",
	Of:   Process,
	Levels: func(s *Scope) []Level {
		told := s.Over("max_over_time", s.recorded(telling), day)
		up := s.Named("up")
		silent := up.By("group", append([]string{Instance}, s.target()...)...).
			And(promql.On(Job, Instance), told).
			Unless(promql.On(Job, Instance), s.recorded(telling))
		pushed := s.Over("max_over_time", s.recorded(telling), time.Hour).By("group", s.target()...).
			Unless(promql.On(s.target()...), s.recorded(telling)).
			Unless(promql.On(s.target()...), up)
		if len(s.Matchers) > 0 {
			pushed = pushed.Or(s.Series(catalog.InFlight).Call("absent").Unless(promql.On(Job), up))
		}
		return []Level{
			{Severity: Critical, For: 5 * time.Minute, KeepFiring: window, Expr: silent},
			{Severity: Critical, For: 5 * time.Minute, KeepFiring: window, Of: Program, Expr: pushed},
		}
	},
	Summary: "There are no metrics of {{ $labels.job }}{{ with $labels.instance }} on {{ . }}{{ end }}: " +
		"see whether it runs, and whether Prometheus can reach it",
	Description: "A program that had metrics within the last day is still a target of Prometheus and has none, or none of a service pushes any more. " +
		"All other alerts are blind for it.",
	Fault:  "none",
	OTLP:   "there is no `up`: the alert comes only when no instance of a service pushes any more, five minutes after the last one did, and stays for an hour, with `-selector` for longer",
	Causes: []string{"KVRestarting"},
}

var telemetryLossy = Alert{
	Name: "KVTelemetryLossy",
	Of:   Process,
	Levels: func(s *Scope) []Level {
		failed := promql.Not(catalog.ErrorType, "")
		var lost promql.Vector
		for i, v := range []promql.Vector{
			s.Series(catalog.SpanExported, failed), s.Series(catalog.LogRecordExported, failed), s.Series(catalog.DataPointExported, failed),
			s.Series(catalog.SpanProcessed, failed), s.Series(catalog.LogRecordProcessed, failed),
			s.Series(catalog.LogDropped, promql.Not(catalog.LogReason, catalog.Sampling)),
			s.Series(catalog.ScrapeFailures), s.Series(catalog.ScrapeDropped),
		} {
			rate := s.Rate(v, window).Sum(catalog.ComponentName).Above(0)
			if i == 0 {
				lost = rate
			} else {
				lost = lost.Or(rate)
			}
		}
		return []Level{{Severity: Warning, For: 10 * time.Minute, KeepFiring: window, Expr: lost}}
	},
	Summary: "{{ $value | humanize }} " + byLoss("records of {{ . }}", "lines of the log ({{ . }})", "parts of /metrics ("+label(catalog.Gatherer)+")") +
		" a second are lost, " + atInstance + ": see " +
		byLoss("whether its receiver answers", "whether somebody reads its output", "why in its log"),
	Description: "Spans, log records, metrics or lines of the log have not arrived for ten minutes.",
	Fault:       "telemetry",
	OTLP:        "what is not delivered is not seen here if it is the metrics themselves",
	Causes:      []string{"KVTelemetryAbsent"},
}

// byLoss is a text for each way to lose telemetry: on the way to a receiver, to the output of the
// log and on the page of metrics. Templates of older servers have no "else with".
func byLoss(receiver, output, page string) string {
	return "{{ with $labels." + catalog.PrometheusLabel(catalog.ComponentType) + " }}" + receiver +
		"{{ else }}{{ with $labels." + catalog.PrometheusLabel(catalog.LogReason) + " }}" + output +
		"{{ else }}" + page + "{{ end }}{{ end }}"
}

var watchdog = Alert{
	Name:        "KVWatchdog",
	Of:          Anything,
	Levels:      func(*Scope) []Level { return []Level{{Severity: None, Expr: promql.Raw("vector(1)")}} },
	Summary:     "This alert always fires: if it does not arrive, alerts do not arrive",
	Description: "It shows that Prometheus evaluates these rules and that Alertmanager delivers. Have a service outside call you when it stops.",
	Fault:       "none",
}
