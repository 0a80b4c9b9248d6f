package environment_test

import (
	"testing"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

func TestRoutes(t *testing.T) {
	const endpoint = "http://localhost:4318"
	for _, tt := range []struct {
		name     string
		signal   environment.Signal
		variable string
		list     string
		endpoint string // of the program
		want     environment.Routes
	}{
		{"unset", environment.Logs, "OTEL_LOGS_EXPORTER", "", "", environment.Routes{}},
		{"unset with an endpoint", environment.Logs, "OTEL_LOGS_EXPORTER", "", endpoint, environment.Routes{OTLP: true}},
		{"otlp without an endpoint", environment.Traces, "OTEL_TRACES_EXPORTER", "otlp", "", environment.Routes{OTLP: true}},
		{"none", environment.Traces, "OTEL_TRACES_EXPORTER", "none", endpoint, environment.Routes{}},
		{"prometheus", environment.Metrics, "OTEL_METRICS_EXPORTER", "prometheus", endpoint, environment.Routes{}},
		{"both", environment.Metrics, "OTEL_METRICS_EXPORTER", "prometheus,otlp", "", environment.Routes{OTLP: true}},
		{"all", environment.Metrics, "OTEL_METRICS_EXPORTER", " otlp , console,,prometheus", "", environment.Routes{OTLP: true, Console: true}},
		{"console", environment.Logs, "OTEL_LOGS_EXPORTER", "console", endpoint, environment.Routes{Console: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := of(map[string]string{tt.variable: tt.list}).Routes(tt.signal, tt.endpoint)
			if err != nil || got != tt.want {
				t.Errorf("routes %+v, error %v; want %+v", got, err, tt.want)
			}
		})
	}
}

// The environment's endpoint is a request, too, and that of another signal is none.
func TestRoutesOfAnEndpoint(t *testing.T) {
	v := of(map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318"})
	for signal, want := range map[environment.Signal]bool{environment.Traces: true, environment.Metrics: false} {
		if got, err := v.Routes(signal, ""); err != nil || got != (environment.Routes{OTLP: want}) {
			t.Errorf("%s: routes %+v, error %v", signal.Name, got, err)
		}
	}
}
