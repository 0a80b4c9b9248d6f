package otelsetup

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// A signal is one kind of telemetry, with its names in the environment and in
// messages.
type signal struct {
	name     string // in messages
	items    string // what it is made of
	exporter string // the variable that says where it goes
	otlp     string // how its variables for OTLP begin
	path     string // of OTLP over HTTP
}

var (
	signalTraces  = signal{"traces", "spans", "OTEL_TRACES_EXPORTER", envOTLP + "TRACES_", "/v1/traces"}
	signalMetrics = signal{"metrics", "data points", "OTEL_METRICS_EXPORTER", envOTLP + "METRICS_", "/v1/metrics"}
	signalLogs    = signal{"logs", "log records", "OTEL_LOGS_EXPORTER", envOTLP + "LOGS_", "/v1/logs"}
)

// routes are the ways that a signal goes, besides those that options add.
type routes struct{ otlp, console bool }

// routes returns those that the environment asks for. Where it says nothing, a
// configured endpoint is the request: the exporters' own default would dial
// localhost for ever.
func (c *config) routes(s signal) (routes, error) {
	list := c.env.get(s.exporter)
	if list == "" {
		return routes{otlp: c.endpoint != "" || c.env.endpoint(s).value != ""}, nil
	}
	var (
		r     routes
		none  bool
		count int
	)
	for _, name := range pairs(list) {
		switch name = strings.TrimSpace(name); {
		case name == "otlp":
			r.otlp = true
		case name == "console":
			r.console = true
		case name == "none":
			none = true
		case name == "prometheus" && s == signalMetrics: // always there
		case s == signalMetrics:
			return routes{}, fmt.Errorf("unknown exporter %s: there are otlp, prometheus, console and none", oneline.Value(name))
		default:
			return routes{}, fmt.Errorf("unknown exporter %s: there are otlp, console and none", oneline.Value(name))
		}
		count++
	}
	if none && count > 1 {
		return routes{}, errors.New("none stands alone")
	}
	return r, nil
}
