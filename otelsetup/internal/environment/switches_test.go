package environment_test

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

func TestSwitches(t *testing.T) {
	none := environment.Variables(environment.None)
	if none.Disabled() || !none.Exemplars() || none.HasSampler() || none.Verbosity() != environment.VerbosityWarn {
		t.Error("without a variable something is switched")
	}
	set := of(map[string]string{
		"OTEL_SDK_DISABLED": " True ", "OTEL_METRICS_EXEMPLAR_FILTER": "ALWAYS_OFF", "OTEL_TRACES_SAMPLER": "always_on", "OTEL_LOG_LEVEL": "Debug",
	})
	if !set.Disabled() || set.Exemplars() || !set.HasSampler() || set.Verbosity() != environment.VerbosityDebug {
		t.Error("with the variables something is not switched")
	}
}

func TestQueue(t *testing.T) {
	set := of(map[string]string{"OTEL_BSP_MAX_QUEUE_SIZE": "10"})
	for signal, want := range map[environment.Signal]int{environment.Traces: 10, environment.Logs: 2048, environment.Metrics: 0} {
		if got := set.Queue(signal); got != want {
			t.Errorf("%s: %d, want %d", signal.Name, got, want)
		}
	}
}

// The name of the service comes last, and so wins.
func TestAttributes(t *testing.T) {
	got, err := of(map[string]string{
		"OTEL_RESOURCE_ATTRIBUTES": "team=t%20ea, service.name = a ,", "OTEL_SERVICE_NAME": "b",
	}).Attributes()
	want := []attribute.KeyValue{attribute.String("team", "t ea"), attribute.String("service.name", "a"), attribute.String("service.name", "b")}
	if err != nil || attribute.NewSet(got...) != attribute.NewSet(want...) || len(got) != len(want) {
		t.Errorf("attributes %v, error %v", got, err)
	}
	if _, err := of(map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "team"}).Attributes(); err == nil {
		t.Error("no error of a pair without a value")
	}
}
