package otelsetup_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup"
)

// The page has nothing of the host's, in a registry of the program's neither; what
// the program registers by itself stays as it is.
func TestProcessMetricsAreOfTheProcess(t *testing.T) {
	foreign := func(families map[string]*dto.MetricFamily) (found []string) {
		for name := range families {
			if strings.HasPrefix(name, "process_network_") || name == "process_virtual_memory_max_bytes" {
				found = append(found, name)
			}
		}
		return found
	}
	joined := prometheus.NewPedanticRegistry()
	for name, options := range map[string][]otelsetup.Option{"own": nil, "joined": {otelsetup.WithPrometheusRegistry(joined, joined)}} {
		t.Run(name, func(t *testing.T) {
			page := pageOf(t, start(t, options...).MetricsHandler())
			if found := foreign(page); len(found) > 0 {
				t.Errorf("the page has %v", found)
			}
			for _, m := range inCatalogue() {
				if strings.HasPrefix(m.Name, "process_") && page[m.Name] == nil {
					t.Errorf("%s is missing", m.Name)
				}
			}
		})
	}
	theirs := prometheus.NewRegistry()
	theirs.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()), otelsetup.WithPrometheusRegistry(theirs, theirs))
	if err != nil {
		t.Fatal(err)
	}
	defer tel.Shutdown(t.Context())
	if page := pageOf(t, tel.MetricsHandler()); len(foreign(page)) != 3 {
		t.Errorf("of the program's own collector %v is left", foreign(page))
	}
}
