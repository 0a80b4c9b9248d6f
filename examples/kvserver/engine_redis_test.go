package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

const secret = "not-for-anybody"

// Keys expire in a server as far as its engine tells, what it cannot do is refused, its pool is
// on /metrics, and a server that goes and comes back is seen to.
func TestEngineRedis(t *testing.T) {
	server := redisserver.Start(t, "--requirepass", secret)
	r := launch(t, "-engine", "redis", "-target", "redis://:"+secret+"@"+server.Address+"/1", "-heartbeat", "kvserver:beat")
	c := r.dial()
	for _, s := range []step{
		{"set k v px 100000", "OK"}, {"get k", `"v"`}, {"ttl k", ":100"}, {"ttl none", ":-2"},
		{"set k v keepttl", "-ERR engine redis does not support KEEPTTL"}, {"set k v ex 10 xx", "-ERR engine redis does not support EX together with NX or XX: send it to the remote server itself"},
		{"keys *", "-ERR engine redis does not support KEYS"}, {"flushdb", "-ERR engine redis does not support FLUSHDB"},
		{"watch k", "-ERR engine redis does not support WATCH"}, {"config get appendonly", `["appendonly" "no"]`},
		{"multi", "OK"}, {"set a 1", "QUEUED"}, {"set b 2", "QUEUED"}, {"exec", "[OK OK]"}, {"mget a b", `["1" "2"]`},
	} {
		if got := c.do(strings.Fields(s.command)...); got != s.reply {
			t.Errorf("%s: %s, want %s", s.command, got, s.reply)
		}
	}

	labels := `db_namespace="kvserver",db_system_name="redis",server_address="` + server.Host + `",server_port="` + fmt.Sprint(server.Port) + `"`
	wants := func(status int, path, has string) {
		t.Helper()
		process.Eventually(t, fmt.Sprint(status, " ", has, " at ", path), func() bool {
			s, body := r.get(path)
			return s == status && strings.Contains(body, has)
		})
	}
	wants(http.StatusOK, "/metrics", `db_client_connection_max{db_client_connection_pool_name=`)
	wants(http.StatusOK, "/metrics", `db_client_connection_count{db_client_connection_pool_name=`)
	wants(http.StatusOK, "/metrics", `kvdb_engine_keys{`+labels+`} 4`) // three, and the heartbeat
	wants(http.StatusOK, "/readyz", "ready\n")
	wants(http.StatusOK, "/readyz?verbose", "replication")

	if status := server.Stop(t); status != 0 {
		t.Fatalf("Redis ended with %d", status)
	}
	wants(http.StatusServiceUnavailable, "/readyz", "database down")
	if got := c.do("get", "k"); !strings.HasPrefix(got, "-ERR") || strings.Contains(got, secret) {
		t.Errorf("GET without Redis: %s", got)
	}
	wants(http.StatusOK, "/metrics", `kvdb_errors_total{db_namespace="kvserver",db_operation_name="get",db_system_name="redis",error_type="unavailable"`)
	server.Restart(t)
	wants(http.StatusOK, "/readyz", "ready\n")
	if got := c.do("set", "k", "w"); got != "OK" {
		t.Errorf("SET after the restart of Redis: %s", got)
	}
	_, page := r.get("/metrics")
	if status := r.stop(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	said := page + r.stderr.String()
	for _, line := range r.lines.All() {
		said += fmt.Sprintln(line.Message, line.ContextMap())
	}
	if strings.Contains(said, secret) {
		t.Error("the password is in metrics, lines or the greeting")
	}
	if !strings.Contains(r.stderr.String(), "engine redis at "+server.Address+", instrumented") {
		t.Errorf("the greeting: %s", r.stderr.String())
	}
}

// What does not open is one line, and the exit status 1.
func TestEngineRedisRefusals(t *testing.T) {
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-engine", "redis", "-target", "redis://:" + secret + "@" + process.FreeAddress(t)}, &stderr)
	if s := stderr.String(); status != 1 || strings.Contains(s, secret) || strings.Count(s, "\n") != 1 || !strings.Contains(s, "look at -target") {
		t.Errorf("exit status %d: %s", status, s)
	}
}
