package main

import (
	_ "embed"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/otelsetup"
)

//go:embed index.html
var indexPage []byte

// newMux is everything that the program answers but profiles. A pattern for
// GET answers HEAD, too, and any other method with 405.
func newMux(tel *otelsetup.Telemetry, probes *health.Health, f *faultyStore) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", tel.MetricsHandler())
	probes.Mount(mux) // /healthz, /readyz, /readyz/{check}, /startupz
	mux.Handle("/loglevel", program.LocalOnly(tel.LogLevelHandler()))
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

func (s *faultyStore) serveFault(w http.ResponseWriter, _ *http.Request) {
	program.Answer(w, http.StatusOK, s.get().String())
}

// changeFault switches to the fault that is named by kind, in the query or in
// a form.
func (s *faultyStore) changeFault(w http.ResponseWriter, r *http.Request, logger *zap.Logger) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	kind, err := parseFault(r.FormValue("kind"))
	if err != nil {
		program.Answer(w, http.StatusBadRequest, err.Error())
		return
	}
	s.set(kind)
	logger.Info("fault changed", zap.Stringer("fault", kind))
	program.Answer(w, http.StatusOK, kind.String())
}
