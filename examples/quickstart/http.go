package main

import (
	_ "embed"
	"errors"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
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
	program.Answer(w, http.StatusOK, "alive")
}

// serveReadyz answers whether the program should get traffic.
func (h *health) serveReadyz(w http.ResponseWriter, _ *http.Request) {
	if reason := h.down(); reason != "" {
		program.Answer(w, http.StatusServiceUnavailable, reason)
		return
	}
	program.Answer(w, http.StatusOK, "ready")
}

func (s *faultyStore) serveFault(w http.ResponseWriter, _ *http.Request) {
	program.Answer(w, http.StatusOK, s.get().String())
}

// changeFault switches to the fault that is named by kind, in the query or in
// a form.
func (s *faultyStore) changeFault(w http.ResponseWriter, r *http.Request, logger *zap.Logger) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	kind, err := parseFault(r.FormValue("kind"))
	switch {
	case errors.Is(err, errFaultNotYet):
		program.Answer(w, http.StatusNotImplemented, err.Error())
	case err != nil:
		program.Answer(w, http.StatusBadRequest, err.Error())
	default:
		s.set(kind)
		logger.Info("fault changed", zap.Stringer("fault", kind))
		program.Answer(w, http.StatusOK, kind.String())
	}
}
