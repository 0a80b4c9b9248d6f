package otelsetup

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// The bounds of a scrape: Prometheus gives up after 10 seconds by default, and
// rarely more than two servers scrape one target.
const (
	scrapeTimeout    = 10 * time.Second
	scrapesAtOnce    = 8
	scrapeErrorEvery = 10 * time.Second
)

// MetricsHandler returns a handler for /metrics. It answers GET and HEAD with
// all metrics of the Telemetry, of the registry it has joined, and of the
// gatherers in extra, as Prometheus text, OpenMetrics (with exemplars) or
// protobuf, whichever the scraper asks for, compressed if it likes.
//
// What cannot be gathered, is there twice, or is of a gatherer in extra that
// takes more than 5 seconds is left out, the first gatherer winning, and is
// logged, at most every 10 seconds; the rest is served. Scrapes at the same time
// share one gathering. A scrape that takes more than 10 seconds, or is one of
// more than 8 at once, is answered with 503.
//
// After Shutdown the handler serves what is not the Telemetry's: the joined
// registry and the extra gatherers. Without either it answers 503, so that
// the target is down instead of empty.
func (t *Telemetry) MetricsHandler(extra ...prometheus.Gatherer) http.Handler {
	all := &page{own: recovering{t.gatherer}}
	for _, g := range extra {
		if g != nil {
			all.extra = append(all.extra, &patient{gatherer: recovering{g}})
		}
	}
	foreign := t.joined || len(all.extra) > 0
	scrape := promhttp.HandlerFor(all, promhttp.HandlerOpts{
		ErrorLog:            &scrapeLog{logger: t.diagnostics, limit: limiter{interval: scrapeErrorEvery}},
		ErrorHandling:       promhttp.ContinueOnError,
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: scrapesAtOnce,
		CoalesceGather:      true,
		Timeout:             scrapeTimeout,
	})
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

// recovering turns a panic of a gatherer into an error. A registry does so for
// its collectors; other gatherers may not.
type recovering struct{ prometheus.Gatherer }

func (g recovering) Gather() (families []*dto.MetricFamily, err error) {
	defer func() {
		if p := recover(); p != nil {
			families, err = nil, fmt.Errorf("gatherer panicked: %v", p)
		}
	}()
	return g.Gatherer.Gather()
}
