package page

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// The bounds of a scrape: Prometheus gives up after 10 seconds by default, and
// rarely more than two servers scrape one target.
const (
	longest = 2 * Patience
	atOnce  = 8
)

// Handler serves a page. A scrape that takes more than 10 seconds, or is one of
// more than 8 at once, is answered with 503.
func Handler(p *Page) http.Handler {
	slots := make(chan struct{}, atOnce)
	scrape := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			http.Error(w, fmt.Sprintf("%d scrapes are under way, try again later", atOnce), http.StatusServiceUnavailable)
			return
		}
		families, err := p.Gather(length(r))
		if err != nil {
			http.Error(w, "no metrics: "+oneline.Error(err), http.StatusServiceUnavailable)
			return
		}
		p.render(w, r, families)
	})
	return http.TimeoutHandler(scrape, longest, fmt.Sprintf("the scrape takes longer than %v\n", longest))
}

// length returns how long there is for an answer: Prometheus says how long it waits,
// and a server may end answers before.
func length(r *http.Request) time.Duration {
	all := longest
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.WriteTimeout > 0 {
		all = min(all, server.WriteTimeout)
	}
	if until, ok := r.Context().Deadline(); ok {
		all = min(all, time.Until(until))
	}
	seconds, err := strconv.ParseFloat(r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds"), 64)
	if err != nil || !(seconds > 0 && seconds < all.Seconds()) {
		return all
	}
	return time.Duration(seconds * float64(time.Second))
}

// render answers in the format that the scraper asks for.
func (p *Page) render(w http.ResponseWriter, r *http.Request, families []*dto.MetricFamily) {
	promhttp.HandlerFor(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		return families, nil
	}), promhttp.HandlerOpts{
		ErrorLog:          encoding{p.Losses},
		ErrorHandling:     promhttp.ContinueOnError,
		EnableOpenMetrics: true,
	}).ServeHTTP(w, r)
}

// encoding is told what cannot be encoded, after everything that can be foreseen
// has been left out.
type encoding struct{ losses *Losses }

// Println implements promhttp.Logger.
func (e encoding) Println(args ...any) {
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			e.losses.Failed("encoder", err)
		}
	}
}
