package health

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func certificate(t *testing.T, from, until time.Time) (der []byte, key *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: from, NotAfter: until,
	}
	der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

func TestCertificateLimits(t *testing.T) {
	now := time.Now()
	cert := func(from, until time.Duration) *x509.Certificate {
		return &x509.Certificate{NotBefore: now.Add(from), NotAfter: now.Add(until)}
	}
	fine := cert(-day, 365*day)
	for _, tc := range []struct {
		name     string
		limits   *CertificateLimits
		certs    []*x509.Certificate
		err      error
		status   Status
		decisive bool
		says     string
	}{
		{"fine", nil, []*x509.Certificate{fine}, nil, StatusPass, false, ""},
		{"20 days", nil, []*x509.Certificate{fine, cert(-day, 20*day)}, nil, StatusWarn, false, "certificate expiring"},
		{"its own warning", &CertificateLimits{Warn: day}, []*x509.Certificate{cert(-day, 20*day)}, nil, StatusPass, false, ""},
		{"its own failure", &CertificateLimits{Fail: 2 * day}, []*x509.Certificate{cert(-day, day)}, nil, StatusFail, false, "certificate expiring"},
		{"expired", nil, []*x509.Certificate{fine, cert(-day, -time.Hour)}, nil, StatusFail, true, "certificate expired"},
		{"not yet", nil, []*x509.Certificate{fine, cert(time.Hour, day)}, nil, StatusFail, true, "certificate not valid yet"},
		{"none", nil, nil, nil, StatusUnknown, false, "certificate unknown"},
		{"an error", nil, nil, errors.New("no"), StatusUnknown, false, "certificate unknown"},
	} {
		c := Certificate("certificate", func(context.Context) ([]*x509.Certificate, error) { return tc.certs, tc.err }, tc.limits)
		err := run(t, c)
		if v := verdictOf(err); v.status != tc.status || v.decisive != tc.decisive || says(c, err) != tc.says {
			t.Errorf("%s: %+v, %q (%v)", tc.name, v, says(c, err), err)
		}
	}
}

func TestCertificateFile(t *testing.T) {
	der, _ := certificate(t, time.Now().Add(-day), time.Now().Add(day))
	path := filepath.Join(t.TempDir(), "cert.pem")
	write := func(blocks ...*pem.Block) {
		var data []byte
		for _, b := range blocks {
			data = append(data, pem.EncodeToMemory(b)...)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := Certificate("certificate", CertificateFile(path), nil)
	if err := run(t, c); verdictOf(err).status != StatusUnknown || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	write(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("no")}, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := run(t, c); verdictOf(err).status != StatusWarn {
		t.Errorf("a day: %v", err)
	}
	renewed, _ := certificate(t, time.Now().Add(-day), time.Now().Add(365*day))
	write(&pem.Block{Type: "CERTIFICATE", Bytes: renewed})
	if err := run(t, c); err != nil {
		t.Errorf("renewed: %v", err)
	}
	write(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("no")})
	if err := run(t, c); verdictOf(err).status != StatusUnknown {
		t.Errorf("broken: %v", err)
	}
	write()
	if err := run(t, c); verdictOf(err).status != StatusUnknown {
		t.Errorf("empty: %v", err)
	}
}

func TestServedCertificate(t *testing.T) {
	der, key := certificate(t, time.Now().Add(-2*day), time.Now().Add(-day))
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	address := server.Listener.Addr().String()
	c := Certificate("certificate", ServedCertificate(address), nil)
	if err := run(t, c); says(c, err) != "certificate expired" {
		t.Errorf("expired: %v", err)
	}
	server.Close()
	if v := verdictOf(run(t, c)); v.status != StatusUnknown || !v.decisive {
		t.Errorf("refused: %+v", v)
	}
	if err := run(t, Certificate("certificate", ServedCertificate("nothing"), nil)); verdictOf(err).status != StatusUnknown {
		t.Errorf("no port: %v", err)
	}
}
