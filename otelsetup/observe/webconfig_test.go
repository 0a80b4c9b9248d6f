package observe_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/otelsetup/observe"
)

// openSesame is the bcrypt hash of the password "open sesame".
const openSesame = "$2a$04$edIXfPaWeYn3/2.jo1scYOUm4tAGMvM0j2Xt2spGGKhLF/xhyI5Jq"

// certify writes a certificate for this machine and its key to a directory, and
// returns who trusts it.
func certify(t *testing.T, dir string, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "shop"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, &cert, &cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	write(t, filepath.Join(dir, "cert.pem"), string(certPEM))
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return pool
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const tlsConfig = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"

// TestWebConfigFile: TLS and passwords, by certificates of real files, which are
// read again as they change.
func TestWebConfigFile(t *testing.T) {
	dir := t.TempDir()
	pool := certify(t, dir, 1)
	file := write(t, filepath.Join(dir, "web.yml"), tlsConfig+"basic_auth_users:\n  prometheus: "+openSesame+"\n")
	o, _ := start(t, observe.WithWebConfigFile(file), observe.WithTrusted(func(*http.Request) bool { return true }))
	at := o.Addr().String()
	secure := &tls.Config{RootCAs: pool}

	for _, c := range []struct {
		name   string
		r      request
		status int
		says   string
	}{
		{"known", request{path: "/metrics", user: "prometheus", password: "open sesame", tls: secure}, 200, "target_info"},
		{"trusted", request{path: "/loglevel", user: "prometheus", password: "open sesame", tls: secure}, 200, "info"},
		{"wrong password", request{path: "/metrics", user: "prometheus", password: "sesame", tls: secure}, 401, "Unauthorized"},
		{"nobody", request{path: "/metrics", tls: secure}, 401, "Unauthorized"},
		{"a probe of nobody", request{path: "/healthz", tls: secure}, 401, "Unauthorized"},
		{"plain HTTP", request{path: "/metrics", user: "prometheus", password: "open sesame"}, 400, "HTTPS"},
		{"who trusts nobody", request{path: "/metrics", tls: &tls.Config{RootCAs: x509.NewCertPool()}}, 0, "certificate"},
		{"TLS of long ago", request{path: "/metrics", tls: &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}}, 0, "protocol version"},
	} {
		if status, body := c.r.at(t, at); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %.200s, want %d %s", c.name, status, body, c.status, c.says)
		}
	}

	renewed := &tls.Config{RootCAs: certify(t, dir, 2)}
	if status, body := (request{path: "/healthz", tls: renewed}).at(t, at); status != 401 {
		t.Errorf("with a new certificate: %d %s", status, body)
	}
	write(t, file, tlsConfig)
	if status, body := (request{path: "/healthz", tls: renewed}).at(t, at); status != 200 {
		t.Errorf("without passwords any more: %d %s", status, body)
	}
	write(t, filepath.Join(dir, "web.yml"), tlsConfig+"basic_auth_users: [nonsense]\n")
	if status, body := (request{path: "/healthz", tls: renewed}).at(t, at); status == 200 {
		t.Errorf("with a file that nobody can read: %d %s", status, body)
	}
	if status, body := get(t, o, "/healthz"); status == 200 {
		t.Errorf("over plain HTTP: %d %s", status, body)
	}
}

// What can be known to be wrong is, before anything listens.
func TestBadWebConfigFile(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, says string }{
		"no YAML":         {"{", "yaml"},
		"unknown setting": {"tls: yes\n", "tls"},
		"no certificate":  {tlsConfig, "cert.pem"},
		"no hash":         {"basic_auth_users:\n  prometheus: open sesame\n", "hash"},
	} {
		file := write(t, filepath.Join(dir, "web.yml"), c.text)
		_, err := observe.Start(t.Context(), append(onFreePorts(new(lines)), observe.WithWebConfigFile(file))...)
		if err == nil || !strings.Contains(err.Error(), "WithWebConfigFile: "+file) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := observe.Start(t.Context(), append(onFreePorts(new(lines)), observe.WithWebConfigFile("nowhere.yml"))...); err == nil || !strings.Contains(err.Error(), "nowhere.yml") {
		t.Errorf("no file: %v", err)
	}
}
