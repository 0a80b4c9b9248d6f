package observe

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// Where OpenTelemetry's exporters for Prometheus listen.
const (
	envHost = "OTEL_EXPORTER_PROMETHEUS_HOST"
	envPort = "OTEL_EXPORTER_PROMETHEUS_PORT"
)

// longestHost is DNS' own limit.
const longestHost = 253

// An address is where to listen. One that is given is meant; a default one may
// give way to a free port.
type address struct {
	hostPort string
	given    bool // by an option or the environment
	option   bool // by an option
}

// defaultAddress returns the address that holds without WithAddress.
func defaultAddress(env func(string) string) address {
	host, port := env(envHost), env(envPort)
	return address{
		hostPort: net.JoinHostPort(cmp.Or(host, "127.0.0.1"), cmp.Or(port, "9464")),
		given:    host != "" || port != "",
	}
}

func (a address) check() error {
	host, port, err := net.SplitHostPort(a.hostPort)
	if !a.option && !isHost(host) {
		return fmt.Errorf("%s: %s is not a host", envHost, oneline.Value(host))
	}
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	}
	switch {
	case err == nil:
		return nil
	case a.option:
		return fmt.Errorf("WithAddress: %w: use host:port, such as 127.0.0.1:9464", err)
	}
	return fmt.Errorf("%s: %s is not a port: set it to a number from 0 to 65535", envPort, oneline.Value(port))
}

// isHost reports whether a listener can be asked for a host, whose errors show it.
func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return len(host) <= longestHost && !strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
	})
}

// free returns the address with a free port.
func (a address) free() string {
	host, _, _ := net.SplitHostPort(a.hostPort)
	return net.JoinHostPort(host, "0")
}

// listen listens on the address, or on a free port where a default one cannot be
// had, for the reason taken.
func (a address) listen(ctx context.Context) (l net.Listener, taken, err error) {
	var lc net.ListenConfig
	l, err = lc.Listen(ctx, "tcp", a.hostPort)
	if err == nil {
		return l, nil, nil
	}
	if !a.given {
		if free, e := lc.Listen(ctx, "tcp", a.free()); e == nil {
			return free, err, nil
		}
	}
	return nil, nil, fmt.Errorf("%w: choose another address with WithAddress, or port 0 for a free one", err)
}
