package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

const secret = "not-for-anybody"

// TestServesOnRedis: the load is on a server that others use, too, whose end is seen to, and after
// whose return all goes on.
func TestServesOnRedis(t *testing.T) {
	server := redisserver.Start(t, "--requirepass", secret)
	p := command(t, freePorts("-engine", "redis", "-target", server.Address, "-rate", "400")...)
	p.cmd.Env = append(p.cmd.Env, "REDISCLI_AUTH="+secret)
	p.launch()
	labels := func(more string) string {
		return `{` + more + `db_namespace="quickstart",db_system_name="redis",server_address="` + server.Host + `",server_port="` + fmt.Sprint(server.Port) + `"}`
	}
	p.eventually("what Redis says of itself", func() bool { return strings.Contains(get(t, p.web+"/metrics"), "kvdb_engine_keys"+labels("")) })
	p.eventually("readiness", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })
	page := get(t, p.web+"/metrics")
	for _, family := range []string{
		"db_client_connection_count", "db_client_connection_max", "db_client_connection_pending_requests", "db_client_connection_timeouts_total",
		"kvdb_engine_lookup_hits_total", "kvdb_engine_commands_total", "kvdb_failovers_total", `kvdb_requests_total{db_namespace="quickstart",db_operation_name="BATCH get"`,
	} {
		if !strings.Contains(page, "\n"+family) {
			t.Errorf("/metrics has no %s", family)
		}
	}
	if strings.Contains(page, "kvdb_errors_total") && sample(t, p, "kvdb_in_flight"+labels("")) < 0 {
		t.Error("fewer than no operations are in flight")
	}
	for _, check := range []string{"disk", "replication", "engine failure"} {
		if strings.Contains(page, `health_check_name="`+check+`"`) {
			t.Errorf("it looks at %s", check)
		}
	}

	t.Run("a fault that it cannot have", func(t *testing.T) {
		if res := call(t, http.MethodPost, p.web+"/fault?kind=disk"); res.status != http.StatusUnprocessableEntity || !strings.Contains(res.body, "this one is redis") || strings.Count(res.body, "\n") != 1 {
			t.Errorf("POST disk: %+v", res)
		}
	})
	t.Run("a simulated replica", func(t *testing.T) {
		call(t, http.MethodPost, p.web+"/fault?kind=lag")
		p.eventually("the lag", func() bool { return call(t, http.MethodGet, p.web+"/readyz").body == "replication lag too high\n" })
		call(t, http.MethodPost, p.web+"/fault?kind=none")
		p.eventually("its end", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })
	})

	if status := server.Stop(t); status != 0 {
		t.Fatalf("Redis ended with %d", status)
	}
	p.eventually("that it is down", func() bool {
		res := call(t, http.MethodGet, p.web+"/readyz")
		return res.status == http.StatusServiceUnavailable && strings.Contains(res.body, "database down")
	})
	p.eventually("errors", func() bool {
		return strings.Contains(get(t, p.web+"/metrics"), `error_type="unavailable",server_address="`+server.Host)
	})
	if got := get(t, p.web+"/healthz"); got != "alive\n" {
		t.Errorf("GET /healthz without Redis: %q", got)
	}
	server.Restart(t)
	p.eventually("readiness after the restart of Redis", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })

	page = get(t, p.web+"/metrics")
	p.stop()
	for where, said := range map[string]string{"metrics": page, "lines": p.Stdout.String(), "the greeting": p.Stderr.String()} {
		if strings.Contains(said, secret) {
			t.Errorf("the password is in %s", where)
		}
		if where != "metrics" && strings.Contains(said, "redis: 20") {
			t.Errorf("lines of the client in %s: %s", where, said)
		}
	}
	if says := p.Stderr.String(); !strings.Contains(says, "redis at "+server.Address+", where its keys begin with {quickstart}: and stay") {
		t.Errorf("the greeting: %s", says)
	}
}

// TestRedisRefusals: a server that is not there, or another one, is one line and the status 1.
func TestRedisRefusals(t *testing.T) {
	server := redisserver.Start(t)
	for target, says := range map[string]string{
		"redis://:" + secret + "@" + process.FreeAddress(t): "start it there",
		"rediss://:" + secret + "@" + server.Address:        "does not speak TLS",
		secret + "@" + server.Address:                       "an @ in it",
	} {
		p := command(t, freePorts("-engine", "redis", "-target", target)...)
		p.begin()
		if status := p.Wait(t); status != 1 {
			t.Errorf("%s: exit status %d, want 1", says, status)
		}
		if said := p.Stderr.String(); !strings.Contains(said, says) || strings.Count(said, "\n") != 1 || strings.Contains(said, secret) {
			t.Errorf("it says %q, want one line with %q and without the password", said, says)
		}
	}
}

// TestOrdersGoOnInRedis: numbers go on behind the last order, though the one that was noted last is
// not it, and what others keep there is theirs.
func TestOrdersGoOnInRedis(t *testing.T) {
	server := redisserver.Start(t)
	store, err := kvredis.Open(t.Context(), server.Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const k = keys("{quickstart}:")
	for _, key := range []string{"order:000000000009", "product:00000"} {
		if err := store.Put(t.Context(), []byte(key), []byte("theirs")); err != nil {
			t.Fatal(err)
		}
	}
	open := func() *shop {
		t.Helper()
		last, err := stock(t.Context(), store, k)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newShop(store, k, last)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	if got := s.order.Load(); got != 0 {
		t.Errorf("the last order of an empty shop is %d", got)
	}
	for range 3 * atOnce {
		if err := s.checkOut(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.search(t.Context()); err != nil {
		t.Error(err)
	}
	for _, noted := range []string{"1", "700", "768"} {
		if err := store.Put(t.Context(), k.lastOrder(), []byte(noted)); err != nil {
			t.Fatal(err)
		}
		if got := open().order.Load(); got != 3*atOnce {
			t.Errorf("the last order is %d where %s was noted, want %d", got, noted, 3*atOnce)
		}
	}
	if got, err := store.Get(t.Context(), []byte("order:000000000009")); string(got) != "theirs" {
		t.Errorf("somebody's key is %q, %v", got, err)
	}
	if _, err := store.Get(t.Context(), []byte("session:000001")); err != kvdb.ErrNotFound {
		t.Errorf("a key without the prefix: %v", err)
	}
}
