package observe

import (
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otelkv/otelkv/internal/typednil"
)

// WithAddress serves on host:port. With an empty address nothing is served: the
// program serves [Observer.Handler]. By default, it is 127.0.0.1:9464, or a free
// port where that is taken, which a line of the log says; and nothing is served
// with [WithMux]. Of the host and port, OTEL_EXPORTER_PROMETHEUS_HOST and
// OTEL_EXPORTER_PROMETHEUS_PORT set the default.
func WithAddress(hostPort string) Option {
	return optionFunc(func(c *config) { c.address = address{hostPort: hostPort, given: true, option: true} })
}

// WithListener serves on l in place of an address, and closes it with the
// Observer, and also when Start fails. By default, and with nil, there is none.
func WithListener(l net.Listener) Option {
	return optionFunc(func(c *config) {
		if l != nil && typednil.Is(l) {
			c.refuse("WithListener: the listener is %s: look at the error of what opens it", typednil.Name(l))
			return
		}
		c.listener = l
	})
}

// WithMux adds the paths of the package comment, but for /, to a mux of the
// program's own, which then may not have them yet. The program serves the mux; or,
// with [WithAddress] or [WithListener], the Observer does, until Shutdown, also
// after the stores are closed. By default, there is a mux of the Observer's.
func WithMux(mux *http.ServeMux) Option {
	return optionFunc(func(c *config) {
		if mux == nil {
			c.refuse("WithMux(nil): pass a mux that http.NewServeMux made")
			return
		}
		c.mux = mux
	})
}

// WithWebConfigFile serves with TLS, passwords, headers and a limit of requests
// as a file says that all exporters of Prometheus share:
// https://prometheus.io/docs/prometheus/latest/configuration/https/. What the file
// says of certificates and users is read again as it changes. Passwords are
// asked for on every path, also on those of probes. By default, and with an empty
// path, it is plain HTTP without passwords.
func WithWebConfigFile(path string) Option {
	return optionFunc(func(c *config) { c.webConfigFile = path })
}

// WithGatherers adds what further registries of client_golang gather to /metrics.
// By default, there is what the telemetry has.
func WithGatherers(gatherers ...prometheus.Gatherer) Option {
	return optionFunc(func(c *config) { c.gatherers = append(c.gatherers, gatherers...) })
}

// WithTrusted says who may read and change the level of the log, is shown the
// place of profiles, and is told the texts of errors by probes that are asked for
// JSON. Where [WithWebConfigFile] asks for
// passwords, that can be everybody who gets so far. It must be safe for concurrent
// use and must not block; a panic is a no. It is asked about requests that name this
// machine in their Host header: see [WithHosts]. By default, and with nil, it is this
// machine: a request over a loopback address or a unix socket that names no proxy.
func WithTrusted(trusted func(*http.Request) bool) Option {
	return optionFunc(func(c *config) {
		if trusted != nil {
			c.trusted.allowed = trusted
		}
	})
}

// WithHosts adds names, without a port, by which requests of [WithTrusted] and those for
// profiles may call this machine in the Host header, so that no page can have its DNS
// name bound to this machine, and ask in the name of somebody who looks at it. By
// default, these are localhost, loopback addresses, and the address at which the
// connection came in.
func WithHosts(names ...string) Option {
	return optionFunc(func(c *config) { c.trusted.hosts = append(c.trusted.hosts, names...) })
}
