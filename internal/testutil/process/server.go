package process

import (
	"net"
	"os"
	"os/exec"
	"strconv"
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

// FreeAddress returns a loopback address that nobody listens on.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

// FreePort returns an address as [FreeAddress] does, and its parts.
func FreePort(t testing.TB) (address, host string, port int) {
	t.Helper()
	address = FreeAddress(t)
	host, text, err := net.SplitHostPort(address)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return address, host, port
}
