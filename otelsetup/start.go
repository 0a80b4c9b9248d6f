package otelsetup

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/page"
)

// Start starts telemetry. It returns one error that names every option and
// every variable that is wrong, and then has left nothing running. It reads a
// few files of the operating system and does not wait for the network; ctx is
// for the start only and may be cancelled afterwards.
//
// The caller ends the Telemetry with [Telemetry.Shutdown].
func Start(ctx context.Context, opts ...Option) (*Telemetry, error) {
	cfg := newConfig(opts)
	ignored, err := cfg.settle()
	if err != nil {
		return nil, fmt.Errorf("otelsetup: %w", err)
	}
	if ignored != nil {
		defer environment.Hide()()
	}
	t := &Telemetry{
		registry: cfg.newRegistry(),
		level:    zap.NewAtomicLevelAt(cfg.level()),
		closed:   make(chan struct{}),
		budget:   cfg.shutdownTimeout,
	}
	if err := t.start(ctx, cfg); err != nil {
		err = errors.Join(err, t.Shutdown(ctx))
		return nil, fmt.Errorf("otelsetup: %w", err)
	}
	if ignored != nil {
		foreign.Briefly(func() { t.logger.Error(catalog.EnvironmentIgnored, zap.Error(ignored)) })
	}
	return t, nil
}

// start starts the signals in the order in which they stand upon each other: what
// goes wrong is logged, and spans are counted in metrics.
func (t *Telemetry) start(ctx context.Context, c *config) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	propagator, err := c.env.Propagator()
	if err != nil {
		return err
	}
	t.propagator = propagator
	res, mended, err := newResource(ctx, c)
	if err != nil {
		return err
	}
	if err := t.startLogs(ctx, c, res); err != nil {
		return err
	}
	if mended {
		foreign.Briefly(func() {
			t.diagnostics.Warn(catalog.ResourceMended, zap.String(catalog.FieldReason, "an attribute that is not UTF-8"))
		})
	}
	t.losses = page.NewLosses(t.diagnostics)
	t.steps = append(t.steps, step{name: "the lines of scrapes", run: t.losses.Wait})
	if c.disabled {
		t.startDisabled(c)
	} else {
		if err := t.startMetrics(ctx, c, res); err != nil {
			return err
		}
		if err := t.startTraces(ctx, c, res); err != nil {
			return err
		}
	}
	if c.globals {
		t.setGlobals(c)
	}
	return nil
}

// newRegistry returns the registry of the records of stores.
func (c *config) newRegistry() *instrument.Registry {
	opts := []instrument.RegistryOption{instrument.WithDurationBounds(c.durationBounds...)}
	if c.nativeHistograms {
		opts = append(opts, instrument.WithExponentialDurations())
	}
	return instrument.NewRegistry(opts...)
}
