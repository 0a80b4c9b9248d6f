package kvredis_test

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// A server is a Redis server, or a sentinel, that a test runs.
type server struct {
	*process.Process
	address, host string
	port          int
	args          []string
	options       redis.Options // how a client gets in
}

// startServer runs a server, with further arguments, until the end of the test.
func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	s := &server{args: args}
	s.address, s.host, s.port = process.FreePort(t)
	s.options.Addr = s.address
	for i, arg := range args {
		if arg == "--requirepass" {
			s.options.Password = args[i+1]
		}
	}
	s.restart(t)
	return s
}

// restart runs it at its address, after it has ended, and returns once it answers.
func (s *server) restart(t testing.TB) {
	t.Helper()
	s.run(t, append([]string{"--bind", s.host, "--port", strconv.Itoa(s.port), "--loglevel", "warning", "--save", "", "--dir", t.TempDir()}, s.args...)...)
}

func (s *server) run(t testing.TB, args ...string) {
	t.Helper()
	s.Process = process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), process.Installed(t, "redis-server"), args...))
	client := s.connect(t)
	s.Eventually(t, "Redis", func() bool { return client.Ping(t.Context()).Err() == nil })
}

// startSentinel runs a sentinel that has these lines of configuration.
func startSentinel(t testing.TB, lines ...string) *server {
	t.Helper()
	s := of(redisserver.StartSentinel(t, append([]string{"loglevel warning"}, lines...)...))
	for _, line := range lines {
		if password, is := strings.CutPrefix(line, "requirepass "); is {
			s.options.Password = password
		}
	}
	return s
}

// of returns one that runs.
func of(run *redisserver.Server) *server {
	return &server{
		Process: run.Process, address: run.Address, host: run.Host, port: run.Port, options: redis.Options{Addr: run.Address},
	}
}

// connect returns a client that is closed at the end of the test.
func (s *server) connect(t testing.TB) *redis.Client {
	t.Helper()
	options := s.options
	return closing(t, redis.NewClient(&options))
}

func closing[C interface{ Close() error }](t testing.TB, client C) C {
	t.Cleanup(func() { _ = client.Close() }) // the test may have
	return client
}

func freeAddress(t testing.TB) string { return process.FreeAddress(t) }
