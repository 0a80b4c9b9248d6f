package main

import (
	"net/http"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/otelsetup"
)

// newMux is everything that the program answers over HTTP. Tel is nil without
// telemetry.
func newMux(tel *otelsetup.Telemetry, ready *readiness) http.Handler {
	mux := http.NewServeMux()
	index := "kvserver: /healthz /readyz /startupz"
	if tel != nil {
		index += " /metrics"
		mux.Handle("/metrics", tel.MetricsHandler())
	} else {
		mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
			program.Answer(w, http.StatusNotFound, "no metrics: the program runs with -telemetry=false")
		})
	}
	// That it answers is the proof: a restart would not mend a store that is down.
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		program.Answer(w, http.StatusOK, "alive")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if reason := ready.reason(); reason != "" {
			program.Answer(w, http.StatusServiceUnavailable, reason)
			return
		}
		program.Answer(w, http.StatusOK, "ready")
	})
	mux.HandleFunc("GET /startupz", func(w http.ResponseWriter, _ *http.Request) {
		if !ready.started.Load() {
			program.Answer(w, http.StatusServiceUnavailable, "starting")
			return
		}
		program.Answer(w, http.StatusOK, "started")
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		program.Answer(w, http.StatusOK, index)
	})
	return mux
}
