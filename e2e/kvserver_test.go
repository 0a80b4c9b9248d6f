package e2e

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	program "github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// kvengines are the engines of kvserver that need no server of their own.
var kvengines = program.Engines

// kvbinary is the program kvserver, built once for all tests.
var kvbinary = program.Build

// A kvserver is that program, serving.
type kvserver struct {
	*process.Process
	host, port string // for Redis clients
	admin      string // URL
}

// startKVServer runs the program until it serves.
func startKVServer(t *testing.T, args ...string) *kvserver {
	t.Helper()
	s := program.Start(t, args...)
	return &kvserver{s.Process, s.Host, s.Port, s.Admin}
}

// greeted waits until the server serves.
func (s *kvserver) greeted(t *testing.T) {
	t.Helper()
	greeted := program.Greeted(t, s.Process)
	s.host, s.port, s.admin = greeted.Host, greeted.Port, greeted.Admin
}

// quiet is a logger of the client for servers that end on purpose.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// client returns a client with so many connections.
func (s *kvserver) client(t *testing.T, connections int) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{
		Addr: s.host + ":" + s.port, PoolSize: connections, MaxRetries: -1, DialerRetries: 1,
		// By default 3 s, in which a busy disk does not sync the 1,000 writes of a pipeline.
		ReadTimeout: process.Soon, WriteTimeout: process.Soon,
	})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// requests returns kvdb_requests_total by operation.
func (s *kvserver) requests(t *testing.T) map[string]int {
	t.Helper()
	return (&program.Server{Admin: s.admin}).Requests(t)
}

// tool runs a program of redis-tools against the server, and returns what it
// writes.
func (s *kvserver) tool(t *testing.T, name string, args ...string) (out string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*process.Soon)
	defer cancel()
	cmd := exec.CommandContext(ctx, process.Installed(t, name), append([]string{"-h", s.host, "-p", s.port}, args...)...)
	b, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(b)), err
}
