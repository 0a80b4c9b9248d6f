package scrape

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/otelsetup/internal/page"
)

// Handler returns a handler of the page with the metrics of extra gatherers. Once
// closed is, it serves what is not the Telemetry's, if there is any.
func (t *Target) Handler(closed <-chan struct{}, extra ...prometheus.Gatherer) http.Handler {
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
		case <-closed:
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
func (t *Target) serves(extra prometheus.Gatherer) bool {
	registry, ok := extra.(*prometheus.Registry)
	served, same := t.gatherer.(*prometheus.Registry)
	return ok && same && registry == served
}
