package pprofx

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/otelkv/otelkv/internal/typednil"
)

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
