package exporters

import (
	"net"
	"net/http"
	"time"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// connect returns the receiver of a signal and, for HTTP, the client, whose
// connections end after the signal has.
func (settings Settings) connect(s environment.Signal) (receiver, error) {
	r := receiver{Receiver: settings.Environment.Receiver(s, settings.Endpoint)}
	if r.Protocol == environment.GRPC {
		return r, nil
	}
	client, err := newClient(settings.Environment, s)
	if err != nil {
		return r, err
	}
	settings.Connected(s, client.CloseIdleConnections)
	r.client = client
	return r, nil
}

// newClient returns the client of a signal. The exporters would make one
// themselves, of the same variables, but they leave its connections open when
// they are shut down.
func newClient(v environment.Variables, s environment.Signal) (*http.Client, error) {
	config, err := v.TLS(s)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Timeout: v.Timeout(s),
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         dialer.DialContext,
			TLSClientConfig:     config,
			ForceAttemptHTTP2:   true,
			MaxIdleConns:        2, // an exporter has one request at a time, a flush may add one
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second,
		},
	}, nil
}
