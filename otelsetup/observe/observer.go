package observe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe/internal/webserver"
	"github.com/otelkv/otelkv/pprofx"
)

// ErrClosed is a store or a recorder that comes after [Observer.Drain] or
// [Observer.Shutdown].
var ErrClosed = errors.New("observe: closed")

var errNotStarted = errors.New("observe: the Observer was not started: use Start, and check its error")

// An Observer is what [Start] started. Its methods are safe for concurrent use.
// Those of a nil or zero one do nothing, and return what does nothing, or nil.
type Observer struct {
	cfg *config

	telemetry *otelsetup.Telemetry
	held      heldTelemetry // that of the parts
	health    *health.Health
	profiler  *pprofx.Profiler // nil when profiles are off
	handler   http.Handler
	server    *webserver.Server // nil when the program serves the handler

	log     *outbox.Log // what holds up a logger holds up nothing here
	probes  atomic.Pointer[health.Health]
	checks  []string      // names of those that end with the Observer
	taken   [][]zap.Field // addresses that gave way, for their lines
	started bool
	closing atomic.Bool
	end     ending

	shutdownOnce sync.Once
	shutdownErr  error
}

// Start starts everything that the options do not replace, serves it, and returns
// when it can be used. The error names every option that is wrong, or says what
// could not be started; then nothing runs and nothing of the caller's is closed,
// but the listener of [WithListener]. It does not wait for the network, and for a
// logger that does not return one second. ctx is for the start only.
//
// The caller ends the Observer with [Observer.Drain] and [Observer.Shutdown].
func Start(ctx context.Context, options ...Option) (*Observer, error) {
	c := newConfig(options)
	o := &Observer{cfg: c}
	err := c.validate()
	if err == nil {
		err = o.start(ctx)
	}
	if err != nil {
		c.closeListener()
		if o.held.release != nil {
			o.held.release()
		}
		return nil, fmt.Errorf("observe: %w", errors.Join(err, o.Shutdown(ctx)))
	}
	o.started = true
	o.log.Info(catalog.Observing, o.addresses()...)
	for _, fields := range o.taken {
		o.log.Warn(catalog.AddressTaken, fields...)
	}
	if !o.log.Then(o.held.release) {
		o.held.release()
	}
	o.held.wait()
	return o, nil
}

// start starts the parts in the order in which they stand upon each other: each
// reports to the telemetry, a failing check has evidence captured, and all of
// them are served.
func (o *Observer) start(ctx context.Context) (err error) {
	if o.telemetry = o.cfg.telemetry; o.telemetry == nil {
		if o.telemetry, err = otelsetup.Start(ctx, o.cfg.telemetryOptions...); err != nil {
			return err
		}
	}
	o.log = outbox.NewLog(o.telemetry.Logger())
	o.held = hold(o.telemetry)
	if err := o.startProfiler(); err != nil {
		return err
	}
	if err := o.startHealth(); err != nil {
		return err
	}
	mux := o.cfg.mux
	if mux == nil {
		mux = o.newMux()
	}
	o.handler = mux
	err = mount(mux, o.health, o.telemetry.MetricsHandler(o.cfg.gatherers...), o.Trusted(o.telemetry.LogLevelHandler(o.cfg.trusted.hosts...)))
	if err != nil {
		return err
	}
	return o.startServer(ctx)
}

// runs reports whether the Observer comes from Start.
func (o *Observer) runs() bool { return o != nil && o.cfg != nil }

// addresses are what a person looks for on the first line.
func (o *Observer) addresses() []zap.Field {
	var fields []zap.Field
	add := func(name string, a net.Addr) {
		if a != nil {
			fields = append(fields, zap.Stringer(name, a))
		}
	}
	add(catalog.FieldListen, o.Addr())
	add(catalog.FieldProfiles, o.profiler.Addr())
	if dir := o.directory(); dir != "" {
		fields = append(fields, zap.String(catalog.FieldDirectory, dir))
	}
	return fields
}

// directory returns where evidence is, for those who are in another directory.
func (o *Observer) directory() string {
	if dir, err := filepath.Abs(o.cfg.directory); err == nil && o.cfg.directory != "" {
		return dir
	}
	return o.cfg.directory
}

// Telemetry returns the telemetry: that of [WithTelemetry], else the one that
// Start started.
func (o *Observer) Telemetry() *otelsetup.Telemetry {
	if o == nil {
		return nil
	}
	return o.telemetry
}

// Logger returns the logger of the telemetry. Give its lines the context of what
// they are about with otelsetup.Context.
func (o *Observer) Logger() *zap.Logger { return o.Telemetry().Logger() }

// Health returns the checks and probes: those of [WithHealth], else those that
// Start started. Further checks are registered there.
func (o *Observer) Health() *health.Health {
	if o == nil {
		return nil
	}
	return o.health
}

// Profiler returns the profiler: that of [WithProfiler], else the one that Start
// started, or nil, which is harmless, when profiles and evidence are off.
func (o *Observer) Profiler() *pprofx.Profiler {
	if o == nil {
		return nil
	}
	return o.profiler
}

// Handler returns what the Observer serves: the mux of [WithMux], else one of its
// own. That of a nil or zero Observer answers 503, since http.Server takes nil for
// http.DefaultServeMux.
func (o *Observer) Handler() http.Handler {
	if o == nil || o.handler == nil {
		return http.HandlerFunc(notStarted)
	}
	return o.handler
}

func notStarted(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusServiceUnavailable, "not started\n")
}
