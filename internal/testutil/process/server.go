package process

import (
	"os"
	"os/exec"
	"testing"
)

// Installed returns the path of a program that the machine has, or ends the test.
func Installed(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" is not installed")
	}
	return path
}

// Missing ends a test that cannot have its server: it is skipped, or fails under
// OTELKV_E2E=required.
func Missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("OTELKV_E2E") == "required" {
		t.Fatalf("%s, and OTELKV_E2E=required", why)
	}
	t.Skip(why)
}

// Long leaves out a test that takes a minute or more, unless OTELKV_E2E=required: who wants
// to know whether a clone works need not wait for it.
func Long(t testing.TB) {
	t.Helper()
	if os.Getenv("OTELKV_E2E") != "required" {
		t.Skip("it takes a minute or more: OTELKV_E2E=required runs it")
	}
}
