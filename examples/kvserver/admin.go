package main

import (
	"net/http"

	"github.com/otelkv/otelkv/examples/internal/program"
)

// newMux is what the program answers over HTTP besides what is observed.
func (c config) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	index := "kvserver: /healthz /readyz /startupz /fault"
	if c.telemetry {
		index += " /metrics /loglevel"
	} else {
		mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
			program.Answer(w, http.StatusNotFound, "no metrics: the program runs with -telemetry=false")
		})
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		program.Answer(w, http.StatusOK, index)
	})
	return mux
}
