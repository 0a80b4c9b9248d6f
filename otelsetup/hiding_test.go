package otelsetup

import (
	"os"
	"strings"
	"testing"
)

// A Start that hangs keeps nobody else from starting, and what is hidden comes
// back after the last one.
func TestHideBadAttributesTwice(t *testing.T) {
	const bad, good = "team=caf%e9,zone=a", "zone=a"
	t.Setenv(envAttributes, bad)
	t.Setenv(envServiceName, "caf\xe9")
	t.Setenv(envSampler, "https://shop:hunter2@collector")
	first, second := hideBadAttributes(), hideBadAttributes()
	check := func(when, attributes, name string) {
		t.Helper()
		if a, n := os.Getenv(envAttributes), os.Getenv(envServiceName); a != attributes || n != name {
			t.Errorf("%s: %q and %q, want %q and %q", when, a, n, attributes, name)
		}
	}
	check("during both", good, "")
	if sampler := os.Getenv(envSampler); strings.Contains(sampler, "hunter2") {
		t.Errorf("the SDK sees the sampler %s", sampler)
	}
	first()
	check("during one", good, "")
	second()
	check("afterwards", bad, "caf\xe9")
	if sampler := os.Getenv(envSampler); !strings.Contains(sampler, "hunter2") {
		t.Errorf("afterwards the sampler is %s", sampler)
	}
}
