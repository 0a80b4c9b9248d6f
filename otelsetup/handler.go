package otelsetup

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// MetricsHandler returns a handler for /metrics. It answers GET and HEAD with
// all metrics of the Telemetry, of the registry it has joined, and of the
// gatherers in extra, as Prometheus text, OpenMetrics (with exemplars) or
// protobuf, whichever the scraper asks for, compressed if it likes.
//
// What is broken costs itself only: a gatherer that fails, panics or does not
// answer within half of the scrape's time (of 10 seconds, or what the scraper says),
// a series that is there already, the first gatherer winning, and what Prometheus
// would refuse the whole page over, such as a histogram with an attribute "le". Each
// is counted by kvdb.scrape.failures and kvdb.scrape.dropped, and logged once. If it
// is the joined registry that does not answer, the page has the metrics of the
// Telemetry alone; if it is a callback of one of the program's instruments, those
// of the stores.
//
// Scrapes at the same time share one gathering, and a gatherer that hangs costs one
// goroutine. A scrape that takes more than 10 seconds, or is one of more than 8 at
// once, is answered with 503.
//
// After Shutdown the handler serves what is not the Telemetry's: the joined
// registry and the extra gatherers. Without either it answers 503, so that
// the target is down instead of empty. So does the handler of a nil or zero
// Telemetry. A nil in extra is left out; a nil pointer is a gatherer that panics.
func (t *Telemetry) MetricsHandler(extra ...prometheus.Gatherer) http.Handler {
	if t == nil || t.target == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "telemetry has not been started", http.StatusServiceUnavailable)
		})
	}
	return t.target.Handler(t.closed, extra...)
}
