package oneline_test

import (
	"strings"
	"testing"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

func TestValue(t *testing.T) {
	const hidden = "not shown since it may hold a credential"
	for value, want := range map[string]string{
		"sometimes":                          `"sometimes"`,
		"http/protobuff":                     `"http/protobuff"`,
		"-1":                                 `"-1"`,
		"caf\xe9":                            `"caf\xe9"`,
		strings.Repeat("x", 40):              `"` + strings.Repeat("x", 40) + `"`,
		strings.Repeat("x", 100<<10):         `"xxxxxxxxxxxxxxxxxxxx"… (102400 bytes)`,
		"https://shop:hunter2@collector":     "what is set (30 bytes, " + hidden + ")",
		"shop:hunter2@collector":             "what is set (22 bytes, " + hidden + ")",
		"authorization=hunter2":              "what is set (21 bytes, " + hidden + ")",
		"Bearer hunter2":                     "what is set (14 bytes, " + hidden + ")",
		"localhost:4317":                     "what is set (14 bytes, " + hidden + ")",
		"x?" + strings.Repeat("y", 100<<10):  "what is set (102402 bytes, " + hidden + ")",
		strings.Repeat("é", 30):              `"` + strings.Repeat("é", 10) + `"… (60 bytes)`,
		"x" + strings.Repeat("é", 30):        `"x` + strings.Repeat("é", 9) + `"… (61 bytes)`,
		"parentbased_traceidratio_and_so_on": `"parentbased_traceidratio_and_so_on"`,
	} {
		if got := oneline.Value(value); got != want {
			t.Errorf("%.30q: %s, want %s", value, got, want)
		}
	}
}

func TestPath(t *testing.T) {
	for path, shown := range map[string]bool{
		"/etc/certs/ca.pem":                   true,
		`C:\Program Files\ca.pem`:             true,
		"https://shop:hunter2@host/ca.pem":    false,
		"Bearer hunter2":                      false,
		"-----BEGIN PRIVATE KEY-----\nMIIEvQ": false,
		"MIIEvQIBADANBgkqhkiG9w0B==":          false,
		strings.Repeat("x", 1000):             false,
	} {
		if got := oneline.Path(path); (got == path) != shown || !shown && strings.Contains(got, path[:4]) {
			t.Errorf("%.30q: %s", path, got)
		}
	}
}
