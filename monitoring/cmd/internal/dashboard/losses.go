package dashboard

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// Windows of objectives that count within a time of their own.
const (
	slowDisk = 10 * time.Minute
	restarts = 15 * time.Minute
)

// losses is whether the rest of the dashboard can be trusted: what telemetry itself has
// lost on its way.
func (s *Scope) losses() Row {
	component, gatherer, reason := catalog.PrometheusLabel(catalog.ComponentType), catalog.PrometheusLabel(catalog.Gatherer), catalog.PrometheusLabel(catalog.LogReason)
	failed := promql.Not(catalog.ErrorType, "")
	growth := func(m catalog.Metric, by []string, more ...promql.Matcher) promql.Vector {
		return sum(rate(s.process(m, more...)), by...)
	}
	byError := []string{component, errorType}
	share := func(size, capacity catalog.Metric) promql.Vector {
		return sum(s.process(size), component).Over(sum(s.process(capacity), component))
	}
	none := []string(nil)
	return Row{ID: 1000, Title: "Telemetry's own losses", Folded: true, Panels: laid(8, 7,
		Panel{
			ID: 1001, Title: "Exported", Unit: CountsPerSec, Empty: "no OTLP",
			Description: "Spans, records of the log and points of metrics that were delivered over OTLP, a second. If it falls to nothing, see what was not delivered, and whether the program still runs.",
			Queries: []Query{
				{Expr: growth(catalog.SpanExported, none, promql.Is(catalog.ErrorType, "")), Legend: "spans"},
				{Expr: growth(catalog.LogRecordExported, none, promql.Is(catalog.ErrorType, "")), Legend: "log records"},
				{Expr: growth(catalog.DataPointExported, none, promql.Is(catalog.ErrorType, "")), Legend: "points of metrics"},
			},
		},
		Panel{
			ID: 1002, Title: "Not delivered", Unit: CountsPerSec, Empty: "nothing lost",
			Description: "What its receiver did not take, by exporter and why: see whether it answers.",
			Queries: []Query{
				{Expr: growth(catalog.SpanExported, byError, failed).Above(0), Legend: legend(byError...)},
				{Expr: growth(catalog.LogRecordExported, byError, failed).Above(0), Legend: legend(byError...)},
				{Expr: growth(catalog.DataPointExported, byError, failed).Above(0), Legend: legend(byError...)},
			},
			Alerts: []string{"KVTelemetryLossy"},
		},
		Panel{
			ID: 1003, Title: "Dropped before an export", Unit: CountsPerSec, Empty: "nothing dropped",
			Description: "Spans and records that found their queue full: more is made than the receiver takes. Sample fewer traces, raise the level of the log, or give the receiver more.",
			Queries: []Query{
				{Expr: growth(catalog.SpanProcessed, byError, failed).Above(0), Legend: legend(byError...)},
				{Expr: growth(catalog.LogRecordProcessed, byError, failed).Above(0), Legend: legend(byError...)},
			},
			Alerts: []string{"KVTelemetryLossy"},
		},
		Panel{
			ID: 1004, Title: "Queues of exports", Unit: Share, Whole: true, Empty: "no OTLP",
			Description: "How full they are. A full one drops what comes next: see whether the receiver is slow.",
			Queries: []Query{
				{Expr: share(catalog.SpanQueueSize, catalog.SpanQueueCapacity), Legend: "spans " + legend(component)},
				{Expr: share(catalog.LogRecordQueueSize, catalog.LogRecordQueueCapacity), Legend: "log records " + legend(component)},
			},
		},
		Panel{
			ID: 1005, Title: "On their way", Unit: Count, Empty: "no OTLP",
			Description: "Records of exports under way. If they stay, the receiver does not answer.",
			Queries: []Query{
				{Expr: sum(s.process(catalog.SpanInflight)), Legend: "spans"},
				{Expr: sum(s.process(catalog.LogRecordInflight)), Legend: "log records"},
				{Expr: sum(s.process(catalog.DataPointInflight)), Legend: "points of metrics"},
			},
		},
		Panel{
			ID: 1006, Title: "Lines that are not in the log", Unit: CountsPerSec,
			Description: "Lines that the output did not take or that sampling dropped, by reason; and lines that were held back because too many agreed: the next one says how many.",
			Queries: []Query{
				{Expr: growth(catalog.LogDropped, []string{reason}), Legend: legend(reason)},
				{Expr: sum(rate(s.store(catalog.LogSuppressed))), Legend: "held back"},
				{Expr: growth(catalog.HealthLogDropped, none), Legend: "of health"},
				{Expr: growth(catalog.ProfileLogDropped, none), Legend: "of profiles"},
			},
			Alerts: []string{"KVTelemetryLossy"},
		},
		Panel{
			ID: 1007, Title: "Output of the log", Unit: Count,
			Description: "Lines that wait for the output, and how often within a quarter of an hour it took nothing for a while. Whoever reads standard output is too slow.",
			Queries: []Query{
				{Expr: highest(s.process(catalog.LogQueueSize), alert.Instance), Legend: "waiting " + itsProcess},
				{Expr: s.events(s.process(catalog.LogStalls), alert.Instance), Legend: "stalls " + itsProcess},
			},
		},
		Panel{
			ID: 1008, Title: "Failed or late gatherings", Unit: CountsPerSec, Empty: "none",
			Description: "Pages of /metrics of which a part was late or failed, by part: its series have gaps, and what is shown here of them may be too low. The line \"" + catalog.GathererFailed + "\" of the log says why.",
			Queries:     []Query{{Expr: growth(catalog.ScrapeFailures, []string{gatherer, errorType}).Above(0), Legend: legend(gatherer, errorType)}},
			Alerts:      []string{"KVTelemetryLossy"},
		},
		Panel{
			ID: 1009, Title: "Series left out", Unit: CountsPerSec, Empty: "none",
			Description: "Series that would have made Prometheus refuse the page, by part and why. Two metrics of one name are the usual cause: rename the one that the log names.",
			Queries:     []Query{{Expr: growth(catalog.ScrapeDropped, []string{gatherer, errorType}).Above(0), Legend: legend(gatherer, errorType)}},
			Alerts:      []string{"KVTelemetryLossy"},
		},
		Panel{
			ID: 1010, Title: "Repaired, failed and too late", Unit: CountsPerSec,
			Description: "Records whose text was not UTF-8, callbacks of the program that failed or hung, and closed stores whose last values no reader fetched in time. The log names what to mend; the last is a scrape that comes too rarely.",
			Queries: []Query{
				{Expr: growth(catalog.ExportMended, none), Legend: "repaired"},
				{Expr: growth(catalog.CallbackFailures, none), Legend: "callbacks"},
				{Expr: growth(catalog.FarewellsLost, none), Legend: "last values"},
			},
		},
	)}
}
