package otelsetup

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/otelsetup/internal/page"
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
	if t == nil || t.losses == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "telemetry has not been started", http.StatusServiceUnavailable)
		})
	}
	p := &page.Page{Own: t.sources, Losses: t.losses}
	for i, g := range extra {
		if g == nil || t.serves(g) {
			continue
		}
		source := page.NewSource(fmt.Sprintf("extra_%d", i+1), g)
		t.losses.Open(source)
		p.Extra = append(p.Extra, source)
	}
	foreign := t.joined || len(p.Extra) > 0
	scrape := page.Handler(p)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		select {
		case <-t.closed:
			if !foreign {
				http.Error(w, "telemetry is shut down", http.StatusServiceUnavailable)
				return
			}
		default:
		}
		scrape.ServeHTTP(w, r)
	})
}

// serves reports whether an extra gatherer is on the page anyway.
func (t *Telemetry) serves(extra prometheus.Gatherer) bool {
	registry, ok := extra.(*prometheus.Registry)
	served, same := t.gatherer.(*prometheus.Registry)
	return ok && same && registry == served
}
