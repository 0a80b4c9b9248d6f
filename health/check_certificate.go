package health

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// CertificateLimits say how long a certificate should still be valid. A zero
// field has its default.
type CertificateLimits struct {
	Warn time.Duration // the check warns below. By default, 21 days
	Fail time.Duration // the check fails below. By default, 0: once it has expired
}

const day = 24 * time.Hour

// Certificate checks how long the certificates that load returns are valid,
// once a minute; the one that ends first counts. [CertificateFile] and
// [ServedCertificate] load some. It fails at once when one has expired or is
// not valid yet, and is unknown when load returns an error. It says the name
// and "expired" or, with a limit above 0, "expiring". Nil limits are the
// defaults.
func Certificate(
	name string, load func(context.Context) ([]*x509.Certificate, error), limits *CertificateLimits,
) Check {
	c := newCheck(name, "expired", time.Minute)
	if load == nil {
		c.err = errors.New("the function that loads is nil")
		return c
	}
	l := CertificateLimits{Warn: 21 * day}
	if limits != nil {
		l.Fail = limits.Fail
		if limits.Warn != 0 {
			l.Warn = limits.Warn
		}
	}
	if l.Fail < 0 || l.Warn < l.Fail {
		c.err = fmt.Errorf("the limits %v, %v are not in order", l.Warn, l.Fail)
	}
	c.Run = func(ctx context.Context) error {
		certs, err := load(ctx)
		if err != nil {
			return Unknown(err)
		}
		return l.judge(name, certs, time.Now())
	}
	return c
}

func (l CertificateLimits) judge(name string, certs []*x509.Certificate, now time.Time) error {
	if len(certs) == 0 {
		return Unknown(errors.New("there is no certificate"))
	}
	first := certs[0]
	for _, c := range certs {
		if now.Before(c.NotBefore) {
			return Decisive(because(name+" not valid yet", fmt.Errorf("%s is not valid before %v", c.Subject, c.NotBefore)))
		}
		if c.NotAfter.Before(first.NotAfter) {
			first = c
		}
	}
	left := first.NotAfter.Sub(now)
	err := fmt.Errorf("%s is valid until %v", first.Subject, first.NotAfter)
	switch {
	case left < 0:
		return Decisive(err)
	case left < l.Fail:
		return because(name+" expiring", err)
	case left < l.Warn:
		return Warn(because(name+" expiring", err))
	default:
		return nil
	}
}

// CertificateFile loads the certificates of a PEM file, for [Certificate]. It
// reads the file each time, so that one that was renewed is noticed.
func CertificateFile(path string) func(context.Context) ([]*x509.Certificate, error) {
	return func(context.Context) ([]*x509.Certificate, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var certs []*x509.Certificate
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" {
				continue
			}
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			certs = append(certs, c)
		}
		return certs, nil
	}
}

// ServedCertificate loads the certificates that a TLS server shows, for
// [Certificate]. The address is host:port. They are not verified, since an
// expired one is what is looked for: nothing is sent to the server.
func ServedCertificate(address string) func(context.Context) ([]*x509.Certificate, error) {
	return func(ctx context.Context) ([]*x509.Certificate, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		dialer := tls.Dialer{Config: &tls.Config{
			ServerName:         host,
			InsecureSkipVerify: true, // see above
		}}
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		defer func() { _ = conn.Close() }()
		tlsConn, ok := conn.(*tls.Conn)
		if !ok {
			return nil, fmt.Errorf("%s: no TLS connection", address)
		}
		return tlsConn.ConnectionState().PeerCertificates, nil
	}
}
