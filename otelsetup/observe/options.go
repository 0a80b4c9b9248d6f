package observe

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/pprofx"
)

// An Option changes what [Start] starts.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	telemetry        *otelsetup.Telemetry
	telemetryOptions []otelsetup.Option
	storeOptions     []instrument.Option

	health        *health.Health
	healthOptions []health.Option
	checks        []health.Check
	storeChecks   StoreChecksFunc
	checkInterval time.Duration
	drain         time.Duration

	profiler        *pprofx.Profiler
	profilerOptions []pprofx.Option
	profiles        address
	directory       string

	mux           *http.ServeMux
	address       address
	listener      net.Listener
	webConfigFile string
	gatherers     []prometheus.Gatherer
	trusted       trust

	shutdownTimeout time.Duration

	env  func(string) string
	errs []error
}

func newConfig(options []Option) *config {
	c := &config{
		checkInterval:   5 * time.Second,
		drain:           5 * time.Second,
		profiles:        address{hostPort: "127.0.0.1:6060"},
		trusted:         local,
		shutdownTimeout: 15 * time.Second,
		env:             os.Getenv,
	}
	c.storeChecks = func(s StoreInfo) []health.Check { return s.Checks(c.checkInterval) }
	for _, o := range options {
		if !typednil.Is(o) {
			o.apply(c)
		}
	}
	if !c.address.option {
		c.address = defaultAddress(c.env)
	}
	return c
}

func (c *config) refuse(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// validate returns everything that is wrong at once.
func (c *config) validate() error {
	if c.telemetry != nil && len(c.telemetryOptions) > 0 {
		c.refuse("WithTelemetry: give what WithServiceName, WithLogger and WithTelemetryOptions say to what starts that telemetry")
	}
	if c.health != nil && len(c.healthOptions) > 0 {
		c.refuse("WithHealth: give the options of WithHealthOptions to what makes that Health")
	}
	if c.profiler != nil && (len(c.profilerOptions) > 0 || c.profiles.given || c.directory != "") {
		c.refuse("WithProfiler: give what WithProfiles, WithDirectory and WithProfilerOptions say to what starts that Profiler")
	}
	c.validateServer()
	return errors.Join(c.errs...)
}

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
