package environment_test

import (
	"testing"
	"time"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// of is an environment of these variables.
func of(set map[string]string) environment.Variables {
	return func(name string) string { return set[name] }
}

func TestReceiver(t *testing.T) {
	for _, tt := range []struct {
		name   string
		env    map[string]string
		option string
		want   environment.Receiver
	}{
		{"default", nil, "", environment.Receiver{"http/protobuf", "http://localhost:4318/v1/logs", "", true}},
		{"default of gRPC", map[string]string{"OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "grpc"}, "", environment.Receiver{"grpc", "", "localhost:4317", true}},
		{"secure", nil, "https://otlp.example", environment.Receiver{"http/protobuf", "https://otlp.example/v1/logs", "", false}},
		{"secure by default", map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"}, "", environment.Receiver{"grpc", "", "collector:4317", false}},
		{"insecure for the signal", map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317", "OTEL_EXPORTER_OTLP_INSECURE": "false", "OTEL_EXPORTER_OTLP_LOGS_INSECURE": "TRUE"}, "", environment.Receiver{"grpc", "", "collector:4317", true}},
		{"the scheme wins", map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_INSECURE": "true"}, "https://collector:4317", environment.Receiver{"grpc", "", "collector:4317", false}},
		{"JSON", map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, "http://h/", environment.Receiver{"http/json", "http://h/v1/logs", "", true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := of(tt.env).Receiver(environment.Logs, tt.option); got != tt.want {
				t.Errorf("receiver %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestTimeout(t *testing.T) {
	for want, set := range map[time.Duration]map[string]string{
		10 * time.Second:       nil,
		3 * time.Second:        {"OTEL_EXPORTER_OTLP_TIMEOUT": "3000"},
		500 * time.Millisecond: {"OTEL_EXPORTER_OTLP_TIMEOUT": "3000", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": " 500 "},
	} {
		if got := of(set).Timeout(environment.Traces); got != want {
			t.Errorf("%v: %v, want %v", set, got, want)
		}
	}
}
