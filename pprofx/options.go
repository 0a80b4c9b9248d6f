package pprofx

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/monitoring/objective"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
	"github.com/otelkv/otelkv/pprofx/internal/recorder"
)

const (
	// maxProfileBytes is what one profile may take in memory: as much as the
	// runtime itself allows for the stacks of all goroutines.
	maxProfileBytes = 64 << 20

	// budgetBurst is what the budget saves up: a capture in each of several
	// incidents in a row.
	budgetBurst = 30 * time.Second

	// minToken is 64 bits in hexadecimal: not to be guessed over a network.
	minToken = 16
)

// An Option changes what [Start] starts.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// A Gate is open while operations carry profiler labels. Calls come in pairs
// and may overlap. Each gate is called from one goroutine at a time; one that hangs
// holds up the start of a profile for a second. instrument.ProfilerLabels is one.
type Gate interface {
	Enable()
	Disable()
}

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

	gates         []recorder.Gate
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

// Telemetry is where a Profiler reports: what package otelsetup starts with one call, or
// what a program put together itself.
type Telemetry interface {
	Logger() *zap.Logger
	MeterProvider() metric.MeterProvider
}

// WithTelemetry reports to tel: lines to its Logger, metrics to its
// MeterProvider. WithLogger and WithMeterProvider win over it, wherever they
// stand. By default, and with nil, it reports as these say. A nil pointer as tel is
// an error of Start.
func WithTelemetry(tel Telemetry) Option {
	return optionFunc(func(c *config) {
		if c.accepts("WithTelemetry", tel) {
			c.telemetry = tel
		}
	})
}

// WithLogger sets where the lines of the package comment go. It may block: it is
// called from a goroutine that nothing waits for but Close, within its limit. By
// default, and with nil, it is the Telemetry's logger, else there are no lines.
func WithLogger(l *zap.Logger) Option {
	return optionFunc(func(c *config) { c.logger = l })
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

// WithAddress serves profiles on host:port, or on a unix socket as unix:/path,
// which its owner alone can connect to. An address that other machines can
// reach needs WithToken. By default, there is no listener; a program can mount
// [Profiler.Handler] on one of its own.
func WithAddress(address string) Option {
	return optionFunc(func(c *config) { c.address = address })
}

// WithListener serves profiles on l, under the same rules as WithAddress, and
// closes it with the Profiler, and also when Start fails. It may speak TLS. By
// default, and with nil, there is no listener.
func WithListener(l net.Listener) Option {
	return optionFunc(func(c *config) {
		if l != nil && typednil.Is(l) {
			c.refuse("WithListener: the listener is %s: look at the error of what opens it", typednil.Name(l))
			return
		}
		c.listener = l
	})
}

// WithToken lets in only who knows the token, of 16 bytes of ASCII or more: as
// "Authorization: Bearer TOKEN", or as the password of any user, which go tool
// pprof takes from the URL, http://x:TOKEN@host:6060/debug/pprof/heap. Without
// TLS it is readable on the way. By default, there is no token, and only this
// machine is let in.
func WithToken(token string) Option {
	return optionFunc(func(c *config) {
		if len(token) < minToken {
			c.errs = append(c.errs, fmt.Errorf("%w: the token has %d bytes, use %d or more", ErrCredentials, len(token), minToken))
			return
		}
		if strings.ContainsFunc(token, unsendable) || strings.TrimSpace(token) != token {
			c.errs = append(c.errs, fmt.Errorf("%w: the token has a line break, space around it or characters other than ASCII, which no header carries", ErrCredentials))
			return
		}
		c.token = newCredentials(token)
	})
}

func unsendable(r rune) bool { return r < ' ' || r > '~' }

// WithHosts adds names, without port, by which requests may call this machine
// in the Host header. By default, these are localhost, loopback addresses, and
// the address at which the connection came in.
func WithHosts(hosts ...string) Option {
	return optionFunc(func(c *config) { c.hosts = append(c.hosts, hosts...) })
}

// WithMaxDuration sets how long a profile may be recorded at once; a request for
// more is refused. By default, it is 5 minutes.
func WithMaxDuration(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.refuse("WithMaxDuration(%v): use more than 0", d)
		}
		c.maxDuration = d
	})
}

// WithMaxConcurrent sets how many profiles may be recorded and sent over HTTP at
// once; a request for more gets 429. By default, it is 8.
func WithMaxConcurrent(n int) Option {
	return optionFunc(func(c *config) {
		if n < 1 {
			c.refuse("WithMaxConcurrent(%d): use 1 or more", n)
			return
		}
		c.maxConcurrent = n
	})
}

// WithDirectory keeps files of evidence in dir, which is made if it is missing,
// for its owner alone. By default, there are no files and no captures.
func WithDirectory(dir string) Option {
	return optionFunc(func(c *config) { c.dir = dir })
}

// WithDirectoryLimits sets how many bytes all files of the directory may take,
// how many files there may be, and which share of the file system, from 0 to 1,
// stays free. Files older than a week make room first, then the least telling
// ones. By default, these are 256 MiB, 200 and 0.05.
func WithDirectoryLimits(bytes int64, files int, freeShare float64) Option {
	return optionFunc(func(c *config) {
		c.limits = archive.Limits{Bytes: bytes, Files: files, FreeShare: freeShare}
	})
}

// WithFlightRecorder sets how far back an execution trace of a capture reaches,
// and a hint of the bytes of memory that it may take, which wins. An age of 0
// turns the flight recorder off. By default, these are 10 seconds and 16 MiB
// with a directory, and it is off without one.
func WithFlightRecorder(age time.Duration, bytes uint64) Option {
	return optionFunc(func(c *config) {
		if age < 0 || age > 0 && bytes == 0 {
			c.refuse("WithFlightRecorder(%v, %d): use an age and bytes above 0", age, bytes)
		}
		c.flightAge, c.flightBytes = age, bytes
	})
}

// WithCooldown sets for how long a reason that has left evidence leaves none
// again. What happens meanwhile is linked to the first. By default, it is one
// minute.
func WithCooldown(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.refuse("WithCooldown(%v): use more than 0", d)
		}
		c.cooldown = d
	})
}

// WithBudget sets the share of the time, from 0 to 1, that may be spent on what
// nobody asked for and takes time: CPU profiles, and contention beside them. What
// somebody asked for, also over HTTP, is always recorded, and counts, traces too.
// By default, it is 0.05.
func WithBudget(share float64) Option {
	return optionFunc(func(c *config) {
		if !(share >= 0 && share <= 1) {
			c.refuse("WithBudget(%v): use a share from 0 to 1", share)
		}
		c.budget = share
	})
}

// WithLabels opens the gates while a CPU profile is recorded. By default, there
// are none.
func WithLabels(gates ...Gate) Option {
	return optionFunc(func(c *config) {
		for _, g := range gates {
			switch {
			case g == nil:
			case typednil.Is(g):
				c.refuse("WithLabels: a gate is %s", typednil.Name(g))
			default:
				c.gates = append(c.gates, g)
			}
		}
	})
}

// WithMutexFraction sets that one in n contentions is sampled while mutexes are
// profiled for some seconds, unless the program has set a fraction of its own;
// then the profile is off again. With 0 it is left alone. Go does not see a mutex
// at which there have been waiters without a break since before. By default, it
// is 10.
func WithMutexFraction(n int) Option {
	return optionFunc(func(c *config) {
		if n < 0 {
			c.refuse("WithMutexFraction(%d): use 0 or more", n)
		}
		c.mutexFraction = n
	})
}

// WithBlockRate sets the runtime's block profile rate, in nanoseconds spent
// blocked for each sample, for as long as blocking is profiled for some seconds.
// Then it is turned off, also where the program had set a rate, which Go does
// not tell. By default, it is 0: the rate is left alone, and the profile is empty
// unless the program has set one.
func WithBlockRate(rate int) Option {
	return optionFunc(func(c *config) {
		if rate < 0 {
			c.refuse("WithBlockRate(%d): use 0 or more", rate)
		}
		c.blockRate = rate
	})
}

// WithHealthReport adds the JSON that report returns to what is captured when a
// health check begins to fail. It has two seconds; what takes longer is left out.
// By default, there is no report.
func WithHealthReport(report func() []byte) Option {
	return optionFunc(func(c *config) { c.report = report })
}

// WithMemory captures evidence when memory reaches a share, from 0 to 1, of its
// limit. Read returns the share that is in use, NaN when it is unknown; it is
// called every 10 seconds, and has two seconds to return. A share of 0 turns it off.
// By default, and with nil, it is what health.Memory judges and kvdb.utilization shows:
// memory that cannot be given back, against the tightest limit of the control groups, or
// else the machine's. By default, the share is objective.SaturationCritical, 0.9.
func WithMemory(read func() float64, share float64) Option {
	return optionFunc(func(c *config) {
		if !(share >= 0 && share <= 1) {
			c.refuse("WithMemory(%v): use a share from 0 to 1", share)
		}
		if read != nil {
			c.memory = read
		}
		c.memoryShare = share
	})
}

// WithGoroutineLimit captures evidence when there are n goroutines. With 0 it is
// turned off. By default, it is 100,000.
func WithGoroutineLimit(n int) Option {
	return optionFunc(func(c *config) {
		if n < 0 {
			c.refuse("WithGoroutineLimit(%d): use 0 or more", n)
		}
		c.goroutineLimit = n
	})
}
