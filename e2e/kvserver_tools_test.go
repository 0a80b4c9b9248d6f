package e2e

import (
	"strings"
	"testing"

	program "github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// Under redis-benchmark no operation fails, and none is counted twice or not at
// all.
func TestKVServerCountsExactly(t *testing.T) {
	t.Parallel()
	process.Installed(t, "redis-benchmark")
	for _, engine := range kvengines {
		t.Run(engine, func(t *testing.T) {
			s := startKVServer(t, "-engine", engine, "-sync=false") // the disk's part is not what is counted
			out, err := s.tool(t, "redis-benchmark", "-t", "set,get", "-n", "200000", "-c", "50", "-P", "16", "--csv")
			if err != nil || strings.Contains(strings.ToLower(out), "error") {
				t.Fatalf("redis-benchmark: %v: %s", err, out)
			}
			t.Log(out)
			requests := s.requests(t)
			for operation, want := range map[string]int{"put": 200_000, "get": 200_000, "ping": 0, "scan": 0, "delete": 0} {
				if got := requests[operation]; got != want {
					t.Errorf("kvdb_requests_total of %s is %d, want %d", operation, got, want)
				}
			}
		})
	}
}

// Of redis-benchmark's own tests those run whose commands there are; another
// one ends with an error that names its command, and the server goes on.
func TestKVServerBenchmarkSuite(t *testing.T) {
	process.Installed(t, "redis-benchmark")
	s := startKVServer(t)
	out, err := s.tool(t, "redis-benchmark", "-t", "ping,set,get,mset", "-n", "10000", "-r", "1000", "--csv")
	if err != nil || strings.Count(out, "\n") != 5 {
		t.Errorf("redis-benchmark: %v: %s", err, out)
	}
	if got := s.requests(t); got["BATCH put"] != 10_000 || got["put"] != 10_000 || got["get"] != 10_000 {
		t.Errorf("requests %v, want 10,000 of get, put and BATCH put", got)
	}
	out, _ = s.tool(t, "redis-benchmark", "-t", "lpush", "-n", "10", "--csv")
	if !strings.Contains(out, "ERR unknown command 'LPUSH'") {
		t.Errorf("redis-benchmark -t lpush: %s", out)
	}
	if out, err := s.tool(t, "redis-cli", "ping"); err != nil || out != "PONG" {
		t.Errorf("redis-cli ping: %v: %s", err, out)
	}
}

func TestKVServerRedisCLI(t *testing.T) {
	process.Installed(t, "redis-cli")
	for _, engine := range kvengines {
		t.Run(engine, func(t *testing.T) {
			s := startKVServer(t, "-engine", engine)
			withTime, then := "ERR engine "+engine+" does not support EX", "hi"
			if program.Expires(engine) {
				withTime, then = "OK", "bye"
			}
			for _, tt := range []struct{ command, want string }{
				{"set greeting hello", "OK"},
				{"get greeting", "hello"},
				{"get nothing", ""},
				{"set greeting hi nx", ""},
				{"set greeting hi xx", "OK"},
				{"set greeting bye ex 10", withTime},
				{"mset a 1 b 2", "OK"},
				{"mget greeting a x", then + "\n1"},
				{"exists a b c", "2"},
				{"--scan --pattern ?", "a\nb"},
				{"del a b c", "2"},
				{"dbsize", "1"},
				{"incr a", "ERR unknown command 'incr', with args beginning with: 'a'"},
				{"echo hello", "hello"},
				{"config get save", "save"},
				{"hello 4", "NOPROTO unsupported protocol version"},
				{"-3 config get save", "save"},
				{"client setname me", "OK"},
			} {
				out, err := s.tool(t, "redis-cli", strings.Fields(tt.command)...)
				if err != nil || out != tt.want {
					t.Errorf("%s: %q, %v; want %q", tt.command, out, err, tt.want)
				}
			}
			out, err := s.tool(t, "redis-cli", "info")
			if err != nil || !strings.Contains(out, "engine:"+engine) {
				t.Errorf("info: %v: %s", err, out)
			}
		})
	}
}
