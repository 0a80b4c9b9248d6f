package main

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/watcher"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

//go:embed index.html
var indexPage string

var index = template.Must(template.New("index").Parse(indexPage))

// addPages adds to what is observed what this program has besides. A pattern for GET
// answers HEAD, too, and any other method with 405.
func addPages(mux *http.ServeMux, e engine, faults *fault.Switch, obs *observe.Observer, server *watcher.Server) {
	prometheus := ""
	if server != nil {
		prometheus = server.URL
	}
	faults.Mount(mux, obs.Trusted, obs.Logger())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = index.Execute(w, struct {
			Engine     string
			Kinds      []fault.Kind
			Prometheus string // empty without -watch
		}{e.name, faults.Possible(), prometheus})
	})
}
