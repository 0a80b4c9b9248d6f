// Monitoringsystem is what docs/guides/monitoring-a-kv-database.md walks through.
package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/examples/internal/demo"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

type Metrics struct {
	*http.ServeMux
	obs                 *observe.Observer
	requests            *instrument.Recorder
	connections, memory metric.Int64Gauge
	err                 error // of options; without any nothing can fail
}

func NewMetrics(options ...observe.Option) *Metrics {
	m := &Metrics{ServeMux: http.NewServeMux()}
	m.obs, m.err = observe.Start(context.Background(), append(options, observe.WithMux(m.ServeMux), observe.WithCheckInterval(time.Second),
		observe.WithProfiles(""), observe.WithProfilerOptions(), // for SetupProfiling
		observe.WithTelemetryOptions(otelsetup.WithLenientEnvironment(), otelsetup.WithoutProcessMetrics()))...)
	m.requests, _ = m.obs.NewRecorder(kvdb.Info{System: "kvdb", Namespace: "requests"}, []string{"get", "put", "delete", "scan", "other"},
		instrument.WithCompatMetrics(), instrument.WithSpanOptions(instrument.SpanOptions{Roots: true}))
	meter := m.obs.Telemetry().MeterProvider().Meter(catalog.ScopeMonitoringSystem)
	m.connections, _ = meter.Int64Gauge(catalog.Connections.Name, metric.WithUnit(catalog.Connections.Unit))
	m.memory, _ = meter.Int64Gauge(catalog.ResidentMemory.Name, metric.WithUnit(catalog.ResidentMemory.Unit))
	m.UpdateConnections(0)
	m.UpdateMemory(0)
	return m
}

func (m *Metrics) UpdateConnections(n int64) { m.connections.Record(context.Background(), n) }
func (m *Metrics) UpdateMemory(bytes int64)  { m.memory.Record(context.Background(), bytes) }

func (m *Metrics) RecordRequest(seconds float64, hasError bool) {
	var err error
	if hasError {
		err = errors.New("request failed")
	}
	m.requests.Operation("other").Record(context.Background(), time.Duration(min(seconds, 1e9)*1e9+0.5), err)
}

type MonitoringSystem struct {
	*Metrics
	profiling sync.Once
}

func NewMonitoringSystem(options ...observe.Option) *MonitoringSystem {
	return &MonitoringSystem{Metrics: NewMetrics(options...)}
}

func (s *MonitoringSystem) RecordOperation(op string, d time.Duration, err error) {
	s.requests.Operation(op).Record(context.Background(), d, err)
}

func (s *MonitoringSystem) Watch(store kvdb.Store) error {
	return errors.Join(s.err, s.obs.Health().Register(health.StoreChecks(store, time.Second)...))
}
func (s *MonitoringSystem) Liveness() bool            { return s.obs.Health().Alive() }
func (s *MonitoringSystem) Readiness() (bool, string) { return s.obs.Health().Answer(health.Readiness) }

func (s *MonitoringSystem) SetupProfiling() {
	s.profiling.Do(func() { s.Handle("/debug/pprof/", s.obs.Profiler().Handler()) })
}

func (s *MonitoringSystem) Close() error {
	return errors.Join(s.requests.Close(), s.obs.Shutdown(context.Background()))
}

func main() {
	demo.Main("monitoringsystem", func(store kvdb.Store, dir string) (demo.Monitor, error) {
		s := NewMonitoringSystem(observe.WithDirectory(dir))
		s.SetupProfiling()
		return s, s.Watch(store)
	})
}
