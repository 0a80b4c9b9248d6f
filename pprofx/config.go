package pprofx

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/monitoring/objective"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
	"github.com/otelkv/otelkv/pprofx/internal/runtimeprof"
)

const (
	// maxProfileBytes is what one profile may take in memory: as much as the
	// runtime itself allows for the stacks of all goroutines.
	maxProfileBytes = 64 << 20

	// budgetBurst is what the budget saves up: a capture in each of several
	// incidents in a row.
	budgetBurst = 30 * time.Second
)

type config struct {
	telemetry     Telemetry // nil without one
	logger        *zap.Logger
	meterProvider metric.MeterProvider

	address       string
	listener      net.Listener
	token         *credentials
	hosts         []string
	maxDuration   time.Duration
	maxConcurrent int
	clientTime    time.Duration

	dir         string
	limits      archive.Limits
	flightAge   time.Duration // 0 is off
	flightBytes uint64
	cooldown    time.Duration
	budget      float64
	captureTime time.Duration
	report      func() []byte

	gates         []runtimeprof.Gate
	mutexFraction int
	blockRate     int

	memory         func() float64
	memoryShare    float64
	goroutines     func() int
	goroutineLimit int

	errs []error
}

func newConfig(opts []Option) (config, error) {
	c := config{
		maxDuration:    5 * time.Minute,
		maxConcurrent:  8,
		clientTime:     15 * time.Second,
		limits:         archive.Limits{Bytes: 256 << 20, Files: 200, FreeShare: objective.DiskReserve},
		flightAge:      10 * time.Second,
		flightBytes:    16 << 20,
		cooldown:       time.Minute,
		budget:         0.05,
		captureTime:    5 * time.Second,
		mutexFraction:  10,
		memory:         memoryOf(system.Local()),
		memoryShare:    objective.SaturationCritical,
		goroutines:     runtime.NumGoroutine,
		goroutineLimit: objective.Goroutines,
	}
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
	if c.address != "" && c.listener != nil {
		c.refuse("WithAddress and WithListener: choose one")
	}
	return c, errors.Join(c.errs...)
}

func (c *config) refuse(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("pprofx: "+format, args...))
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
