package main

import (
	_ "embed"
	"errors"
	"fmt"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup"
)

//go:embed index.html
var indexPage []byte

// newMux is everything that the program answers but profiles. A pattern for
// GET answers HEAD, too, and any other method with 405.
func newMux(tel *otelsetup.Telemetry, h *health, f *faultyStore) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", tel.MetricsHandler())
	mux.HandleFunc("GET /healthz", serveHealthz)
	mux.HandleFunc("GET /readyz", h.serveReadyz)
	mux.HandleFunc("GET /fault", f.serveFault)
	mux.HandleFunc("POST /fault", func(w http.ResponseWriter, r *http.Request) { f.changeFault(w, r, tel.Logger()) })
	mux.HandleFunc("GET /{$}", serveIndex)
	// A page that the user looks at in another tab must not switch faults.
	return http.NewCrossOriginProtection().Handler(mux)
}

func serveIndex(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(indexPage)
}

// serveHealthz answers whether the process is alive. That it answers is the
// proof: a restart would not mend a store that is down.
func serveHealthz(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, "alive")
}

// serveReadyz answers whether the program should get traffic.
func (h *health) serveReadyz(w http.ResponseWriter, _ *http.Request) {
	if reason := h.down(); reason != "" {
		answer(w, http.StatusServiceUnavailable, reason)
		return
	}
	answer(w, http.StatusOK, "ready")
}

func (s *faultyStore) serveFault(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, s.get().String())
}

// changeFault switches to the fault that is named by kind, in the query or in
// a form.
func (s *faultyStore) changeFault(w http.ResponseWriter, r *http.Request, logger *zap.Logger) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	kind, err := parseFault(r.FormValue("kind"))
	switch {
	case errors.Is(err, errFaultNotYet):
		answer(w, http.StatusNotImplemented, err.Error())
	case err != nil:
		answer(w, http.StatusBadRequest, err.Error())
	default:
		s.set(kind)
		logger.Info("fault changed", zap.Stringer("fault", kind))
		answer(w, http.StatusOK, kind.String())
	}
}

func answer(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	fmt.Fprintln(w, line)
}
