package otelsetup_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"
	"go.opentelemetry.io/otel/semconv/v1.43.0/goconv"
	"go.opentelemetry.io/otel/semconv/v1.43.0/otelconv"
	"go.opentelemetry.io/otel/semconv/v1.43.0/processconv"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

func inCatalogue() []catalog.Metric {
	all := catalog.All()
	for _, g := range catalog.Others() {
		all = append(all, g.Metrics...)
	}
	return all
}

// TestCatalogNamesAsTheExporter: the name on /metrics is what the exporter makes
// of name, unit and kind.
func TestCatalogNamesAsTheExporter(t *testing.T) {
	types := map[catalog.Kind]otlptranslator.MetricType{
		catalog.Counter:              otlptranslator.MetricTypeMonotonicCounter,
		catalog.UpDownCounter:        otlptranslator.MetricTypeNonMonotonicCounter,
		catalog.Gauge:                otlptranslator.MetricTypeGauge,
		catalog.Histogram:            otlptranslator.MetricTypeHistogram,
		catalog.ExponentialHistogram: otlptranslator.MetricTypeExponentialHistogram,
		catalog.Summary:              otlptranslator.MetricTypeSummary,
	}
	namer := otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes)
	for _, m := range inCatalogue() {
		want, err := namer.Build(otlptranslator.Metric{Name: m.Name, Unit: m.Unit, Type: types[m.Kind]})
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		if got := m.PrometheusName(); got != want {
			t.Errorf("%s is %s on /metrics, and %s in the catalogue", m.Name, want, got)
		}
	}
}

// TestCatalogKeepsToTheConventions: where the semantic conventions define a
// metric, theirs is ours.
func TestCatalogKeepsToTheConventions(t *testing.T) {
	type convention interface{ Name() string }
	type described interface {
		Unit() string
		Description() string
	}
	conventions := []convention{
		dbconv.ClientOperationDuration{}, dbconv.ClientConnectionCount{}, dbconv.ClientConnectionMax{},
		dbconv.ClientConnectionPendingRequests{}, dbconv.ClientConnectionTimeouts{}, dbconv.ClientConnectionCreateTime{}, dbconv.ClientConnectionWaitTime{},
		dbconv.ClientConnectionIdleMax{}, dbconv.ClientConnectionIdleMin{},
		otelconv.SDKExporterSpanExported{}, otelconv.SDKExporterSpanInflight{}, otelconv.SDKProcessorSpanProcessed{},
		otelconv.SDKProcessorSpanQueueSize{}, otelconv.SDKProcessorSpanQueueCapacity{},
		otelconv.SDKExporterLogExported{}, otelconv.SDKExporterLogInflight{}, otelconv.SDKProcessorLogProcessed{},
		otelconv.SDKProcessorLogQueueSize{}, otelconv.SDKProcessorLogQueueCapacity{},
		otelconv.SDKExporterMetricDataPointExported{}, otelconv.SDKExporterMetricDataPointInflight{},
		processconv.Uptime{},
		goconv.MemoryUsed{}, goconv.MemoryLimit{}, goconv.MemoryAllocated{}, goconv.MemoryAllocations{}, goconv.MemoryGCGoal{},
		goconv.GoroutineCount{}, goconv.ProcessorLimit{}, goconv.ConfigGogc{}, goconv.ScheduleDuration{},
	}
	theirs := make(map[string]bool)
	for _, c := range conventions {
		theirs[c.Name()] = true
		m, ok := catalog.Find(c.Name())
		if !ok {
			t.Errorf("%s is not in the catalogue", c.Name())
			continue
		}
		if d := c.(described); m.Unit != d.Unit() || m.Help != strings.TrimSuffix(d.Description(), ".") {
			t.Errorf("%s: %q %q, want %q %q", m.Name, m.Unit, m.Help, d.Unit(), d.Description())
		}
	}
	for _, m := range inCatalogue() {
		of, _, _ := strings.Cut(m.Name, ".")
		if slices.Contains([]string{"db", "otel", "process", "go"}, of) && !theirs[m.Name] && m.Name != catalog.OperationDurationExponential.Name {
			t.Errorf("%s is in a namespace of the conventions, and none of theirs", m.Name)
		}
	}
}

// TestCatalogAttributesKeepToTheConventions: where the semantic conventions have an
// attribute, its key is ours, and so are the values that we name.
func TestCatalogAttributesKeepToTheConventions(t *testing.T) {
	theirs := map[string]attribute.Key{
		catalog.SystemName:    semconv.DBSystemNameKey,
		catalog.Namespace:     semconv.DBNamespaceKey,
		catalog.OperationName: semconv.DBOperationNameKey,
		catalog.BatchSize:     semconv.DBOperationBatchSizeKey,
		catalog.ErrorType:     semconv.ErrorTypeKey,
		catalog.ServerAddress: semconv.ServerAddressKey,
		catalog.ServerPort:    semconv.ServerPortKey,
		catalog.PoolName:      semconv.DBClientConnectionPoolNameKey,
		catalog.PoolState:     semconv.DBClientConnectionStateKey,
		catalog.ComponentType: semconv.OTelComponentTypeKey,
		catalog.ComponentName: semconv.OTelComponentNameKey,
		catalog.ScopeName:     semconv.OTelScopeNameKey,
		catalog.ScopeVersion:  semconv.OTelScopeVersionKey,
		catalog.MemoryType:    semconv.GoMemoryTypeKey,

		catalog.ClientAddress:    semconv.ClientAddressKey,
		catalog.NetworkTransport: semconv.NetworkTransportKey,
		catalog.ResponseStatus:   semconv.DBResponseStatusCodeKey,

		catalog.ServiceName:           semconv.ServiceNameKey,
		catalog.ServiceVersion:        semconv.ServiceVersionKey,
		catalog.ServiceInstanceID:     semconv.ServiceInstanceIDKey,
		catalog.HostName:              semconv.HostNameKey,
		catalog.OSType:                semconv.OSTypeKey,
		catalog.ContainerID:           semconv.ContainerIDKey,
		catalog.ProcessPID:            semconv.ProcessPIDKey,
		catalog.ProcessExecutableName: semconv.ProcessExecutableNameKey,
		catalog.ProcessRuntimeName:    semconv.ProcessRuntimeNameKey,
		catalog.ProcessRuntimeVersion: semconv.ProcessRuntimeVersionKey,
		catalog.SDKLanguage:           semconv.TelemetrySDKLanguageKey,
		catalog.SDKName:               semconv.TelemetrySDKNameKey,
		catalog.SDKVersion:            semconv.TelemetrySDKVersionKey,
		catalog.ExceptionMessage:      semconv.ExceptionMessageKey,
		catalog.ExceptionType:         semconv.ExceptionTypeKey,
	}
	for _, a := range catalog.Attributes() {
		key, ok := theirs[a.Key]
		of, _, _ := strings.Cut(a.Key, ".")
		if own := slices.Contains([]string{"kvdb", "health", "pprofx"}, of); ok == own || ok && string(key) != a.Key {
			t.Errorf("%s: the conventions have %q", a.Key, key)
		}
	}
	for ours, value := range map[string]attribute.KeyValue{
		"idle": semconv.DBClientConnectionStateIdle, "used": semconv.DBClientConnectionStateUsed,
		"tcp":                    semconv.NetworkTransportTCP,
		string(catalog.ErrOther): semconv.ErrorTypeOther,
	} {
		a, _ := catalog.FindAttribute(string(value.Key))
		if value.Value.AsString() != ours || !slices.Contains(a.Values, ours) {
			t.Errorf("%s: the conventions have the value %v, we have %q", value.Key, value.Value.AsString(), a.Values)
		}
	}
}
