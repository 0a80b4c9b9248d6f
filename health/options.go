package health

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/slogcore"
	"github.com/otelkv/otelkv/internal/typednil"
)

// An Option changes what [New] makes.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	checks        []Check
	telemetry     Telemetry // nil without one
	logger        *zap.Logger
	meterProvider metric.MeterProvider
	details       func(*http.Request) bool
	onTransition  []func(context.Context, Transition)
	errs          []error
}

func newConfig(opts []Option) (config, error) {
	var c config
	for _, o := range opts {
		if !typednil.Is(o) {
			o.apply(&c)
		}
	}
	if t := c.telemetry; t != nil {
		c.logger = cmp.Or(c.logger, t.Logger())
		if c.meterProvider == nil {
			WithMeterProvider(t.MeterProvider()).apply(&c)
		}
	}
	if c.logger == nil {
		c.logger = zap.NewNop()
	}
	if c.meterProvider == nil {
		c.meterProvider = otel.GetMeterProvider()
	}
	return c, errors.Join(c.errs...)
}

// allows asks the user whether details are shown. A panic is a no: the probe has
// an answer without them.
func (c *config) allows(r *http.Request) (details bool) {
	defer func() {
		if recover() != nil {
			details = false
		}
	}()
	return c.details != nil && c.details(r)
}

func (c *config) refuse(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("health: "+format, args...))
}

// accepts reports whether what an option was given is no nil pointer in an interface,
// which is an error.
func (c *config) accepts(option string, value any) bool {
	err := typednil.Check(value)
	if err != nil {
		c.refuse("%s: %w", option, err)
	}
	return err == nil
}

// WithChecks registers checks, as [Health.Register] does, before New returns:
// no probe can see the program without them. By default, there are none.
func WithChecks(checks ...Check) Option {
	return optionFunc(func(c *config) { c.checks = append(c.checks, checks...) })
}

// Telemetry is where a Health reports: what package otelsetup starts with one call, or
// what a program put together itself.
type Telemetry interface {
	Logger() *zap.Logger
	MeterProvider() metric.MeterProvider
}

// WithTelemetry reports to tel: lines to its Logger, metrics to its
// MeterProvider. WithLogger and WithMeterProvider win over it, wherever they
// stand. It adds no check, so that every name is the program's to take. That of the
// log, which package observe adds, is
//
//	health.Check{Name: "log", Run: tel.CheckLog, Interval: 5 * time.Second, Advisory: true}
//
// By default, and with nil, a Health reports as WithLogger and WithMeterProvider say. A
// nil pointer as tel is an error of New.
func WithTelemetry(tel Telemetry) Option {
	return optionFunc(func(c *config) {
		if c.accepts("WithTelemetry", tel) {
			c.telemetry = tel
		}
	})
}

// WithLogger sets where the lines of the package comment go. Errors are written
// there in full. It may block: it is called from a goroutine that nothing waits
// for but Close, for its second. By default, and with nil, it is the Telemetry's
// logger, else there are no lines.
func WithLogger(l *zap.Logger) Option {
	return optionFunc(func(c *config) { c.logger = l })
}

// WithSlog is [WithLogger] for a program that has slog alone: lines are records of h. One that panics
// costs its line. By default, and with nil, lines go where WithLogger says. A nil pointer as h is an
// error of New.
func WithSlog(h slog.Handler) Option {
	return optionFunc(func(c *config) {
		if h != nil && c.accepts("WithSlog", h) {
			c.logger = slogcore.Logger(h)
		}
	})
}

// WithMeterProvider sets where the metrics of the package comment go. By
// default, and with nil, it is the Telemetry's, else the global provider.
func WithMeterProvider(mp metric.MeterProvider) Option {
	return optionFunc(func(c *config) {
		if c.accepts("WithMeterProvider", mp) {
			c.meterProvider = mp
		}
	})
}

// WithDetails shows the texts of errors, and durations, in the JSON answer to
// requests for which allow returns true. Such texts hold addresses, and may hold
// passwords. Allow runs for each request for JSON, must be safe for concurrent
// use and must not block; if it panics, there are none. By default, nobody is shown details.
func WithDetails(allow func(*http.Request) bool) Option {
	return optionFunc(func(c *config) { c.details = allow })
}

// WithOnTransition calls hook each time that a check or a heartbeat changes its
// status; before its first run a check is unknown. Hooks run one after the other, in a goroutine that no check and no
// probe waits for, so they may take their time; while one runs, up to 64
// transitions wait, and further ones are dropped, which is logged. A hook that
// panics is logged. Its context ends with Close, and then it should return: Close
// waits for one second. By default, there are no hooks, and a nil one is none.
func WithOnTransition(hook func(ctx context.Context, t Transition)) Option {
	return optionFunc(func(c *config) {
		if hook != nil {
			c.onTransition = append(c.onTransition, hook)
		}
	})
}
