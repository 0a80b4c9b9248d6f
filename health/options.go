package health

import (
	"context"
	"errors"
	"net/http"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
)

// An Option changes what [New] makes.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	checks        []Check
	logger        *zap.Logger
	meterProvider metric.MeterProvider
	details       func(*http.Request) bool
	onTransition  []func(context.Context, Transition)
	errs          []error
}

func newConfig(opts []Option) (config, error) {
	var c config
	for _, o := range opts {
		if o != nil {
			o.apply(&c)
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

// WithChecks registers checks, as [Health.Register] does, before New returns:
// no probe can see the program without them. By default, there are none.
func WithChecks(checks ...Check) Option {
	return optionFunc(func(c *config) { c.checks = append(c.checks, checks...) })
}

// WithLogger sets where the lines of the package comment go. Errors are written
// there in full. By default, and with nil, there are no lines.
func WithLogger(l *zap.Logger) Option {
	return optionFunc(func(c *config) { c.logger = l })
}

// WithMeterProvider sets where the metrics of the package comment go. By
// default, and with nil, it is the global provider.
func WithMeterProvider(mp metric.MeterProvider) Option {
	return optionFunc(func(c *config) { c.meterProvider = mp })
}

// WithDetails shows the texts of errors, and durations, in the JSON answer to
// requests for which allow returns true. Such texts hold addresses, and may hold
// passwords. Allow runs for each request for JSON and must be safe for
// concurrent use. By default, nobody is shown details.
func WithDetails(allow func(*http.Request) bool) Option {
	return optionFunc(func(c *config) { c.details = allow })
}

// WithOnTransition calls hook each time that a check or a heartbeat changes its
// status. Hooks run one after the other, in a goroutine that no check and no
// probe waits for, so they may take their time; while one runs, up to 64
// transitions wait, and further ones are dropped, which is logged. A hook that
// panics is logged. Its context ends with Close, and then it must return. By
// default, there are no hooks.
func WithOnTransition(hook func(ctx context.Context, t Transition)) Option {
	return optionFunc(func(c *config) {
		if hook == nil {
			c.errs = append(c.errs, errors.New("health: WithOnTransition(nil)"))
			return
		}
		c.onTransition = append(c.onTransition, hook)
	})
}
