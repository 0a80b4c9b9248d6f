package environment

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// Routes are the ways that a signal goes, besides those that options add.
type Routes struct{ OTLP, Console bool }

// Routes returns those that the environment asks for. Where it says nothing, a
// configured endpoint, of the program or of the environment, is the request: the
// exporters' own default would dial localhost for ever.
func (v Variables) Routes(s Signal, endpoint string) (Routes, error) {
	list := v.get(s.exporter)
	if list == "" {
		return Routes{OTLP: endpoint != "" || v.otlp(s, otlpEndpoint).value != ""}, nil
	}
	var (
		r     Routes
		none  bool
		count int
	)
	for _, name := range pairs(list) {
		switch name = strings.TrimSpace(name); {
		case name == "otlp":
			r.OTLP = true
		case name == "console":
			r.Console = true
		case name == "none":
			none = true
		case name == "prometheus" && s == Metrics: // always there
		case s == Metrics:
			return Routes{}, fmt.Errorf("unknown exporter %s: there are otlp, prometheus, console and none", oneline.Value(name))
		default:
			return Routes{}, fmt.Errorf("unknown exporter %s: there are otlp, console and none", oneline.Value(name))
		}
		count++
	}
	if none && count > 1 {
		return Routes{}, errors.New("none stands alone")
	}
	return r, nil
}
