package observe

import (
	"context"
	"errors"
	"net"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/pprofx"
)

// OnSlow returns a hook for instrument.WithOnSlow that has p capture evidence of
// the slow operation. P may be nil.
func OnSlow(p *pprofx.Profiler) func(context.Context, instrument.SlowOperation) (evidence string) {
	return func(ctx context.Context, s instrument.SlowOperation) string {
		return p.OnSlow(ctx, s.Operation, s.Duration)
	}
}

// OnTransition returns a hook for health.WithOnTransition that has p capture
// evidence when a check begins to fail. P may be nil.
func OnTransition(p *pprofx.Profiler) func(context.Context, health.Transition) {
	return func(ctx context.Context, t health.Transition) {
		p.OnCheckChange(ctx, pprofx.CheckChange{
			Check: t.Name, Liveness: t.Kind&health.Liveness != 0, WasOK: t.From.OK(), OK: t.Status.OK(),
		})
	}
}

// onTransition captures nothing while the program takes itself apart.
func (o *Observer) onTransition(ctx context.Context, t health.Transition) {
	if !o.closing.Load() {
		OnTransition(o.profiler)(ctx, t)
	}
}

// startProfiler sets the profiler: the caller's, one of its own, or none.
func (o *Observer) startProfiler() error {
	c := o.cfg
	if c.profiler != nil {
		o.profiler = c.profiler
		return nil
	}
	if c.profiles.hostPort == "" && c.directory == "" && !c.profiling {
		return nil
	}
	p, err := o.newProfiler(c.profiles.hostPort)
	var listening *net.OpError
	if err != nil && !c.profiles.given && errors.As(err, &listening) {
		if free, e := o.newProfiler(c.profiles.free()); e == nil {
			o.gaveWay("WithProfiles", c.profiles, free.Addr(), err)
			p, err = free, nil
		}
	}
	if err != nil {
		return err
	}
	o.profiler = p
	return nil
}

func (o *Observer) newProfiler(address string) (*pprofx.Profiler, error) {
	options := []pprofx.Option{
		pprofx.WithTelemetry(o.held),
		pprofx.WithLabels(instrument.ProfilerLabels{}),
		pprofx.WithHealthReport(o.healthReport),
		pprofx.WithAddress(address),
		pprofx.WithDirectory(o.cfg.directory),
		pprofx.WithHosts(o.cfg.trusted.hosts...),
	}
	return pprofx.Start(append(options, o.cfg.profilerOptions...)...)
}

// healthReport is empty for a check that fails while others are being
// registered.
func (o *Observer) healthReport() []byte {
	if h := o.probes.Load(); h != nil {
		return h.Report()
	}
	return nil
}
