package environment_test

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	der, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key := write("cert.pem", "CERTIFICATE", server.Certificate().Raw), write("key.pem", "PRIVATE KEY", der)
	missing := filepath.Join(dir, "missing.pem")
	for _, tt := range []struct {
		name           string
		set            map[string]string
		roots, clients bool
		bad            bool
	}{
		{"nothing", nil, false, false, false},
		{"an authority", map[string]string{"OTEL_EXPORTER_OTLP_CERTIFICATE": certificate}, true, false, false},
		{"that of the signal", map[string]string{"OTEL_EXPORTER_OTLP_CERTIFICATE": missing, "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE": certificate}, true, false, false},
		{"a client", map[string]string{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": certificate, "OTEL_EXPORTER_OTLP_CLIENT_KEY": key}, false, true, false},
		{"both", map[string]string{"OTEL_EXPORTER_OTLP_CERTIFICATE": certificate,
			"OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE": certificate, "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY": key}, true, true, false},
		{"a key of another signal", map[string]string{"OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE": certificate, "OTEL_EXPORTER_OTLP_CLIENT_KEY": key}, false, false, true},
		{"a file that has gone", map[string]string{"OTEL_EXPORTER_OTLP_CERTIFICATE": missing}, false, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config, err := of(tt.set).TLS(environment.Logs)
			if tt.bad || err != nil {
				if (err != nil) != tt.bad {
					t.Errorf("error %v", err)
				}
				return
			}
			if (config != nil) != (tt.roots || tt.clients) {
				t.Fatalf("configuration %v", config)
			}
			if config != nil && ((config.RootCAs != nil) != tt.roots || (len(config.Certificates) > 0) != tt.clients) {
				t.Errorf("authorities %v, %d certificates", config.RootCAs, len(config.Certificates))
			}
		})
	}
}
