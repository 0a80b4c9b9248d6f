package environment

import (
	"os"
	"strings"
	"testing"
)

// A Start that hangs keeps nobody else from starting, and what is hidden comes
// back after the last one.
func TestHideTwice(t *testing.T) {
	const bad, good = "team=caf%e9,zone=a", "zone=a"
	t.Setenv(attributes, bad)
	t.Setenv(serviceName, "caf\xe9")
	t.Setenv(sampler, "https://shop:hunter2@collector")
	first, second := Hide(), Hide()
	check := func(when, list, name string) {
		t.Helper()
		if a, n := os.Getenv(attributes), os.Getenv(serviceName); a != list || n != name {
			t.Errorf("%s: %q and %q, want %q and %q", when, a, n, list, name)
		}
	}
	check("during both", good, "")
	if set := os.Getenv(sampler); strings.Contains(set, "hunter2") {
		t.Errorf("the SDK sees the sampler %s", set)
	}
	first()
	check("during one", good, "")
	second()
	check("afterwards", bad, "caf\xe9")
	if set := os.Getenv(sampler); !strings.Contains(set, "hunter2") {
		t.Errorf("afterwards the sampler is %s", set)
	}
}
