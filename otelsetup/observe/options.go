package observe

import (
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/pprofx"
)

// An Option changes what [Start] starts.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithServiceName names the program in its telemetry, as otelsetup.WithServiceName
// does. By default, it is the value of OTEL_SERVICE_NAME, else made of the name of
// the program's file.
func WithServiceName(name string) Option {
	return WithTelemetryOptions(otelsetup.WithServiceName(name))
}

// WithLogger uses a logger of the program's own, as otelsetup.WithLogger does. By
// default, and with nil, it is one that writes JSON lines to standard output and
// sends the same records over OTLP where that is configured.
func WithLogger(logger *zap.Logger) Option {
	return optionFunc(func(c *config) {
		if logger != nil {
			c.telemetryOptions = append(c.telemetryOptions, otelsetup.WithLogger(logger))
		}
	})
}

// WithSlog is WithLogger for a program that has slog alone, as otelsetup.WithSlog is. By default,
// and with nil, the logger is as WithLogger says.
func WithSlog(h slog.Handler) Option {
	return WithTelemetryOptions(otelsetup.WithSlog(h))
}

// WithTelemetryOptions adds options of otelsetup.Start. By default, there are
// none.
func WithTelemetryOptions(options ...otelsetup.Option) Option {
	return optionFunc(func(c *config) { c.telemetryOptions = append(c.telemetryOptions, options...) })
}

// WithTelemetry uses telemetry that the program has started, and that it shuts
// down after [Observer.Shutdown]. By default, Start starts it.
func WithTelemetry(tel *otelsetup.Telemetry) Option {
	return optionFunc(func(c *config) {
		if tel == nil {
			c.refuse("WithTelemetry(nil): pass what otelsetup.Start returned, after checking its error")
			return
		}
		c.telemetry = tel
	})
}

// WithStoreOptions adds options of instrument.Wrap for all stores and recorders,
// such as instrument.WithSizes. Those that are given to [Observer.Wrap] come after
// them. By default, there are none.
func WithStoreOptions(options ...instrument.Option) Option {
	return optionFunc(func(c *config) { c.storeOptions = append(c.storeOptions, options...) })
}

// WithStoreMeterProvider makes all stores and recorders report their metrics through
// instruments of mp in place of the telemetry's registry, as
// instrument.WithMeterProvider does, at the cost that it names. Their spans and lines
// go to the telemetry as before. The program shuts mp down. By default, and with nil,
// metrics are on the page of the Observer. A nil pointer as mp is an error of Wrap.
func WithStoreMeterProvider(mp metric.MeterProvider) Option {
	return optionFunc(func(c *config) { c.storeMeterProvider = mp })
}

// WithShutdownTimeout sets how long [Observer.Shutdown] may take in all. By
// default, it is 15 seconds, which with the pause of [WithDrain] is less than the
// 30 seconds that orchestrators give.
func WithShutdownTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.refuse("WithShutdownTimeout(%v): use more than 0", d)
		}
		c.shutdownTimeout = d
	})
}

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

// WithProfiles serves profiles on host:port, or on a unix socket as unix:/path.
// An address that other machines can reach needs a token:
//
//	observe.WithProfilerOptions(pprofx.WithToken(token))
//
// With an empty address they are not served: see [WithProfilerOptions] for a program
// that does it. By default, it is 127.0.0.1:6060, or a free port where that is taken,
// which a line of the log says.
func WithProfiles(hostPort string) Option {
	return optionFunc(func(c *config) { c.profiles = address{hostPort: hostPort, given: true} })
}

// WithDirectory keeps evidence in dir, which is made if it is missing: an
// execution trace of the seconds before an operation that was slow, whose path
// is in its log line and span, and goroutines, heap, trace and CPU when a
// check begins to fail. It is bounded: 256 MiB, and never the last 5 % of the disk.
// By default, there is no evidence.
func WithDirectory(dir string) Option {
	return optionFunc(func(c *config) {
		if dir == "" {
			c.refuse("WithDirectory(\"\"): name a directory, or leave the option out for no evidence")
		}
		c.directory = dir
	})
}

// WithProfiler uses a profiler that the program has started, and that it closes
// after [Observer.Shutdown]. By default, Start starts it.
func WithProfiler(p *pprofx.Profiler) Option {
	return optionFunc(func(c *config) {
		if p == nil {
			c.refuse("WithProfiler(nil): pass what pprofx.Start returned, after checking its error; WithProfiles(\"\") turns profiles off")
			return
		}
		c.profiler = p
	})
}

// WithProfilerOptions adds options of pprofx.Start. With it, and be it without any,
// there is a profiler also where it has no address and no directory:
//
//	mux.Handle("/debug/pprof/", obs.Profiler().Handler())
//
// By default, there are no options.
func WithProfilerOptions(options ...pprofx.Option) Option {
	return optionFunc(func(c *config) {
		c.profilerOptions = append(c.profilerOptions, options...)
		c.profiling = true
	})
}
