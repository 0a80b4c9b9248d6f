package observe

import (
	"time"

	"github.com/otelkv/otelkv/health"
)

// WithChecks adds checks of what else the program depends on. One that has the
// name of a check of this package, such as "memory" or "log", takes its place. By
// default, there are those of this package only.
func WithChecks(checks ...health.Check) Option {
	return optionFunc(func(c *config) { c.checks = append(c.checks, checks...) })
}

// WithCheckInterval sets how often the checks of this package run. By default, it
// is 5 seconds.
func WithCheckInterval(every time.Duration) Option {
	return optionFunc(func(c *config) {
		if every <= 0 {
			c.refuse("WithCheckInterval(%v): use more than 0", every)
			return
		}
		c.checkInterval = every
	})
}

// WithStoreChecks sets which checks a store gets when it is wrapped; nil sets
// none. Their names begin with the store's namespace where another store has
// taken them. By default, it is [StoreInfo.Checks].
func WithStoreChecks(checks StoreChecksFunc) Option {
	return optionFunc(func(c *config) { c.storeChecks = checks })
}

// WithHealth uses checks and probes of the program's own, which it closes after
// [Observer.Shutdown]. The checks of this package are registered there. For
// evidence of failing checks, make it with
//
//	health.WithOnTransition(observe.OnTransition(profiler))
//
// and pass that profiler with [WithProfiler]. By default, Start makes them.
func WithHealth(h *health.Health) Option {
	return optionFunc(func(c *config) {
		if h == nil {
			c.refuse("WithHealth(nil): pass what health.New returned, after checking its error")
			return
		}
		c.health = h
	})
}

// WithHealthOptions adds options of health.New. By default, there are none.
func WithHealthOptions(options ...health.Option) Option {
	return optionFunc(func(c *config) { c.healthOptions = append(c.healthOptions, options...) })
}

// WithDrain sets how long [Observer.Drain] waits, so that load balancers see that
// the program wants no more traffic. It should be longer than the period of the
// readiness probe times its failure threshold. By default, it is 5 seconds.
func WithDrain(pause time.Duration) Option {
	return optionFunc(func(c *config) {
		if pause < 0 {
			c.refuse("WithDrain(%v): use 0 or more", pause)
		}
		c.drain = pause
	})
}
