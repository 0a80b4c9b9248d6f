package otelsetup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// newHTTPClient returns the client of a signal. The exporters would make one
// themselves, of the same variables, but they leave its connections open when
// they are shut down.
func (c *config) newHTTPClient(s signal) (*http.Client, error) {
	tlsConfig, err := c.env.tls(s)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Timeout: c.env.timeout(s),
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
func (t *Telemetry) connect(c *config, s signal) (receiver, *http.Client, error) {
	r := c.receiver(s)
	if r.protocol == protocolGRPC {
		return r, nil, nil
	}
	client, err := c.newHTTPClient(s)
	if err != nil {
		return r, nil, err
	}
	t.steps = append(t.steps, step{name: "the connections of " + s.name, run: func(context.Context) error {
		client.CloseIdleConnections()
		return nil
	}})
	return r, client, nil
}

// timeout returns how long an export over HTTP may take.
func (e environment) timeout(s signal) time.Duration {
	v := e.first(s.otlp+"TIMEOUT", envOTLP+"TIMEOUT")
	if n, err := strconv.Atoi(v.value); err == nil {
		return time.Duration(n) * time.Millisecond
	}
	return 10 * time.Second
}

// tls returns what the certificates of a signal make of TLS, nil without any.
func (e environment) tls(s signal) (*tls.Config, error) {
	var config *tls.Config
	if file := e.first(s.otlp+"CERTIFICATE", envOTLP+"CERTIFICATE").value; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		config = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		config.RootCAs.AppendCertsFromPEM(pem) // checked
	}
	for _, prefix := range []string{s.otlp, envOTLP} {
		certificate := e.get(prefix + "CLIENT_CERTIFICATE")
		if certificate == "" {
			continue
		}
		pair, err := tls.LoadX509KeyPair(certificate, e.get(prefix+"CLIENT_KEY"))
		if err != nil {
			return nil, err
		}
		if config == nil {
			config = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		config.Certificates = []tls.Certificate{pair}
		break
	}
	return config, nil
}
