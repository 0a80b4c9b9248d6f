package main

import (
	_ "embed"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

//go:embed index.html
var indexPage []byte

// addPages adds to what is observed what this program has besides. A pattern for GET
// answers HEAD, too, and any other method with 405.
func addPages(mux *http.ServeMux, obs *observe.Observer, f *faultyStore) {
	mux.HandleFunc("GET /{$}", serveIndex)
	mux.HandleFunc("GET /fault", f.serveFault)
	// A page that the user looks at in another tab must not switch faults.
	mux.Handle("POST /fault", obs.Trusted(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.changeFault(w, r, obs.Logger()) })))
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
	logger.Info(catalog.FaultChanged, zap.Stringer(catalog.FieldFault, kind))
	program.Answer(w, http.StatusOK, kind.String())
}
