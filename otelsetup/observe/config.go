package observe

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/origin"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe/internal/webserver"
	"github.com/otelkv/otelkv/pprofx"
)

type config struct {
	telemetry          *otelsetup.Telemetry
	telemetryOptions   []otelsetup.Option
	storeOptions       []instrument.Option
	storeMeterProvider metric.MeterProvider

	health        *health.Health
	healthOptions []health.Option
	checks        []health.Check
	storeChecks   StoreChecksFunc
	checkInterval time.Duration
	drain         time.Duration

	profiler        *pprofx.Profiler
	profilerOptions []pprofx.Option
	profiling       bool // there are options, if only none
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
		trusted:         trust{allowed: origin.Here},
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
	if c.profiler != nil && (c.profiling || c.profiles.given || c.directory != "") {
		c.refuse("WithProfiler: give what WithProfiles, WithDirectory and WithProfilerOptions say to what starts that Profiler")
	}
	c.validateServer()
	return errors.Join(c.errs...)
}

// serves reports whether the Observer serves its handler.
func (c *config) serves() bool {
	return c.listener != nil || c.address.hostPort != "" && (c.mux == nil || c.address.option)
}

func (c *config) validateServer() {
	if c.listener != nil && c.address.option {
		c.refuse("WithAddress and WithListener: choose one")
	}
	if c.serves() && c.listener == nil {
		if err := c.address.check(); err != nil {
			c.refuse("%w", err)
		}
	}
	if c.webConfigFile == "" {
		return
	}
	if !c.serves() {
		c.refuse("WithWebConfigFile: nothing is served here that the file could apply to: add WithAddress")
	}
	if err := webserver.Check(c.webConfigFile); err != nil {
		c.refuse("WithWebConfigFile: %s: %w", c.webConfigFile, err)
	}
}

// closeListener closes what the program has handed over, when Start fails.
func (c *config) closeListener() {
	if c.listener != nil {
		_ = c.listener.Close() // Start has an error to return already
	}
}
