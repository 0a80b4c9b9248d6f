package main

import (
	"net/http"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/otelsetup"
)

// newMux is everything that the program answers over HTTP. Tel is nil without
// telemetry.
func newMux(tel *otelsetup.Telemetry, probes *health.Health) http.Handler {
	mux := http.NewServeMux()
	index := "kvserver: /healthz /readyz /startupz"
	if tel != nil {
		index += " /metrics /loglevel"
		mux.Handle("/metrics", tel.MetricsHandler())
		mux.Handle("/loglevel", program.LocalOnly(tel.LogLevelHandler()))
	} else {
		mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
			program.Answer(w, http.StatusNotFound, "no metrics: the program runs with -telemetry=false")
		})
	}
	probes.Mount(mux) // /healthz, /readyz, /readyz/{check}, /startupz
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		program.Answer(w, http.StatusOK, index)
	})
	return mux
}
