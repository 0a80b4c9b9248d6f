package program_test

import (
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/internal/program"
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
