package otelsetup

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// newHTTPClient returns the client of a signal. The exporters would make one
// themselves, of the same variables, but they leave its connections open when
// they are shut down.
func (c *config) newHTTPClient(s environment.Signal) (*http.Client, error) {
	tlsConfig, err := c.env.TLS(s)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Timeout: c.env.Timeout(s),
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         dialer.DialContext,
			TLSClientConfig:     tlsConfig,
			ForceAttemptHTTP2:   true,
			MaxIdleConns:        2, // an exporter has one request at a time, a flush may add one
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second,
		},
	}, nil
}

// connect returns the receiver of a signal and, for HTTP, the client, whose
// connections end after the signal has.
func (t *Telemetry) connect(c *config, s environment.Signal) (receiver, *http.Client, error) {
	r := receiver{c.env.Receiver(s, c.endpoint)}
	if r.Protocol == environment.GRPC {
		return r, nil, nil
	}
	client, err := c.newHTTPClient(s)
	if err != nil {
		return r, nil, err
	}
	t.steps = append(t.steps, step{name: "the connections of " + s.Name, run: func(context.Context) error {
		client.CloseIdleConnections()
		return nil
	}})
	return r, client, nil
}
