// Monitoringsystem is what docs/guides/monitoring-a-kv-database.md walks through.
package main

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/demo"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

type Metrics struct {
	*http.ServeMux
	obs                 *observe.Observer
	requests            *instrument.Recorder
	connections, memory metric.Int64Gauge
	profiler            atomic.Pointer[pprofx.Profiler] // nil before SetupProfiling
}

func NewMetrics() *Metrics { // only constant options, so that nothing can fail
	m := &Metrics{ServeMux: http.NewServeMux()}
	m.obs, _ = observe.Start(context.Background(), observe.WithMux(m.ServeMux), observe.WithProfiles(""), observe.WithCheckInterval(time.Second),
		observe.WithTelemetryOptions(otelsetup.WithLenientEnvironment(), otelsetup.WithoutProcessMetrics()))
	m.requests, _ = m.obs.NewRecorder(kvdb.Info{System: "kvdb", Namespace: "requests"}, []string{"get", "put", "delete", "scan", "other"},
		instrument.WithCompatMetrics(), instrument.WithSpanOptions(instrument.SpanOptions{Roots: true}),
		instrument.WithOnSlow(func(ctx context.Context, slow instrument.SlowOperation) (evidence string) {
			return observe.OnSlow(m.profiler.Load())(ctx, slow)
		}))
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

type MonitoringSystem struct{ *Metrics }

func NewMonitoringSystem() *MonitoringSystem {
	s := &MonitoringSystem{NewMetrics()}
	s.HandleFunc("/debug/pprof/", func(w http.ResponseWriter, r *http.Request) { s.profiler.Load().Handler().ServeHTTP(w, r) })
	return s
}

func (s *MonitoringSystem) RecordOperation(op string, d time.Duration, err error) {
	s.requests.Operation(op).Record(context.Background(), d, err)
}

func (s *MonitoringSystem) Watch(store kvdb.Store) error {
	return s.obs.Health().Register(health.StoreChecks(store, time.Second)...)
}
func (s *MonitoringSystem) Liveness() bool            { return s.obs.Health().Alive() }
func (s *MonitoringSystem) Readiness() (bool, string) { return s.obs.Health().Answer(health.Readiness) }

func (s *MonitoringSystem) SetupProfiling(options ...pprofx.Option) {
	_ = s.profiler.Swap(nil).Close() // that of an earlier call
	p, err := pprofx.Start(append(options, pprofx.WithTelemetry(s.obs.Telemetry()))...)
	if err != nil {
		s.obs.Logger().Error(catalog.ProfilesNotStarted, zap.Error(err))
	}
	s.profiler.Store(p)
}

func (s *MonitoringSystem) Close() error {
	return errors.Join(s.profiler.Load().Close(), s.requests.Close(), s.obs.Shutdown(context.Background()))
}

func main() {
	demo.Main("monitoringsystem", func(store kvdb.Store, dir string) (demo.Monitor, error) {
		s := NewMonitoringSystem()
		s.SetupProfiling(pprofx.WithDirectory(dir))
		return s, s.Watch(store)
	})
}
