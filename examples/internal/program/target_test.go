package program_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// Where a server is can be shown to anybody, whatever else the user has written.
func TestTargetShowsNoSecret(t *testing.T) {
	for addresses, want := range map[string]string{
		"127.0.0.1:6379":                     "127.0.0.1:6379",
		"a:1,b:2":                            "a:1,b:2",
		"redis://user:secret@host:6379/1":    "host:6379",
		"rediss://host":                      "host",
		"unix:///run/redis.sock?db=2":        "/run/redis.sock",
		"unix://user:secret@/run/redis.sock": "/run/redis.sock",
		"secret@host:6379":                   "the address of -target",
		"redis://user:secret%zz@host":        "the address of -target",
		"://secret":                          "the address of -target",
	} {
		at := program.Target{Addresses: addresses}
		if got := at.String(); got != want || strings.Contains(got, "secret") {
			t.Errorf("%s is shown as %q, want %q", addresses, got, want)
		}
	}
}

// A server that nobody trusts need not be started.
func TestTargetWithACertificateThatNobodyKnows(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that end early
	server.StartTLS()
	defer server.Close()
	target := program.Target{Addresses: "rediss://" + server.Listener.Addr().String()}
	_, err := kvredis.Open(t.Context(), target.Addresses, nil)
	if err == nil {
		t.Fatal("the store is open")
	}
	if says := target.OpenError(err).Error(); !strings.Contains(says, "SSL_CERT_FILE") || strings.Contains(says, "start it") {
		t.Error(says)
	}
}
