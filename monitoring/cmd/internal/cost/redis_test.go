package cost_test

import (
	"context"
	"net"
	"os/exec"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// redisServer runs a server until the end of the test, and returns its address.
func redisServer(t *testing.T) string {
	t.Helper()
	address, host, _ := process.FreePort(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	p := process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), process.Installed(t, "redis-server"),
		"--bind", host, "--port", port, "--maxmemory", "1gb", "--loglevel", "warning", "--save", "", "--dir", t.TempDir()))
	p.Eventually(t, "Redis", func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
	return address
}
