package pprofx

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/slogcore"
	"github.com/otelkv/otelkv/internal/typednil"
)

// An Option changes what [Start] starts.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

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

// WithSlog is [WithLogger] for a program that has slog alone: lines are records of h. One that panics
// costs its line. By default, and with nil, lines go where WithLogger says. A nil pointer as h is an
// error of Start.
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

// A Gate is open while operations carry profiler labels. Calls come in pairs
// and may overlap. Each gate is called from one goroutine at a time; one that hangs
// holds up the start of a profile for a second. instrument.ProfilerLabels is one.
type Gate interface {
	Enable()
	Disable()
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

// minToken is 64 bits in hexadecimal: not to be guessed over a network.
const minToken = 16

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
