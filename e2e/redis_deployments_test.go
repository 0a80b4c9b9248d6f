package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// A deployed is a program on a deployment of Redis.
type deployed struct {
	*process.Process
	name, target string // the host and port of its metrics
}

// deployPrograms runs both programs with a target.
func deployPrograms(t *testing.T, target ...string) (server *kvserver, both []deployed) {
	t.Helper()
	args := append([]string{"-engine", "redis", "-target"}, target...)
	server = startKVServer(t, args...)
	shop, address := runQuickstart(t, append(args, "-rate", "50"))
	return server, []deployed{
		{server.Process, "kvserver", strings.TrimPrefix(server.admin, "http://")},
		{shop, "quickstart", address},
	}
}

// eventually is process.Eventually, at a pace that leaves the machine to the servers.
func (d deployed) eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	process.EventuallyEvery(t, 500*time.Millisecond, d.name+": "+what, ok)
}

// ready waits until a probe passes.
func (d deployed) ready(t *testing.T, probe string) {
	t.Helper()
	d.eventually(t, probe, func() bool {
		status, _ := process.Get(t, "http://"+d.target+probe)
		return status == http.StatusOK
	})
}

// reaches waits until the series of a metric add up to so much.
func (d deployed) reaches(t *testing.T, metric string, atLeast float64) {
	t.Helper()
	series := regexp.MustCompile("^" + metric + `\{`)
	d.eventually(t, fmt.Sprint(metric, " ", atLeast), func() bool { return scraped(t, d.target, series) >= atLeast })
}

// use makes a client write and read keys, each of a value of its own.
func (s *kvserver) use(t *testing.T, keys int) {
	t.Helper()
	c := s.client(t, 1)
	for i := range keys {
		key, value := fmt.Sprint("key ", i), fmt.Sprint("value ", i)
		if err := c.Set(t.Context(), key, value, 0).Err(); err != nil {
			t.Fatalf("SET: %v", err)
		}
		if got, err := c.Get(t.Context(), key).Result(); err != nil || got != value {
			t.Fatalf("GET: %q, %v, want %q", got, err, value)
		}
	}
}

var (
	failovers = regexp.MustCompile(`^kvdb_failovers_total\{`)
	failures  = regexp.MustCompile(`^kvdb_errors_total\{`)
)

// The programs find the primary by a sentinel, tell of exactly one fail-over when it is killed, and
// serve again.
func TestProgramsOnSentinels(t *testing.T) {
	t.Parallel()
	const primary = "shop"
	first := redisserver.Start(t, "--repl-diskless-sync-delay", "0")
	redisserver.Start(t, "--replicaof", fmt.Sprint(first.Host, " ", first.Port))
	sentinel := redisserver.StartSentinel(t, "loglevel warning",
		fmt.Sprintf("sentinel monitor %s %s %d 1", primary, first.Host, first.Port),
		"sentinel down-after-milliseconds "+primary+" 5000") // a machine that is busy holds a server up for less
	asked := redis.NewSentinelClient(&redis.Options{Addr: sentinel.Address})
	t.Cleanup(func() { _ = asked.Close() })
	sentinel.Eventually(t, "a replica that is in step", func() bool {
		replicas, err := asked.Replicas(t.Context(), primary).Result()
		return err == nil && len(replicas) == 1 && replicas[0]["master-link-status"] == "ok"
	})

	server, both := deployPrograms(t, sentinel.Address, "-master", primary)
	server.use(t, 10)
	for _, p := range both {
		p.ready(t, "/readyz")
		p.reaches(t, "kvdb_replication_connected", 1)
		p.reaches(t, "kvdb_engine_keys", 10)
		if n := scraped(t, p.target, failovers); n != 0 {
			t.Errorf("%s: %v fail-overs before there was one", p.name, n)
		}
	}

	first.Kill(t)
	for _, p := range both {
		p.eventually(t, "a check that fails", func() bool {
			return strings.Contains(p.Stdout.String(), `"message":"check changed"`) && strings.Contains(p.Stdout.String(), `"reason":"database down"`)
		})
		p.reaches(t, "kvdb_failovers_total", 1)
		p.ready(t, "/readyz/database") // so little traffic says nothing for half a minute
		p.reaches(t, "kvdb_failover_time_seconds_total", 1)
	}
	server.use(t, 10)
	for _, p := range both {
		if n := scraped(t, p.target, failovers); n != 1 {
			t.Errorf("%s: %v fail-overs", p.name, n)
		}
		if n := strings.Count(p.Stdout.String(), `"notice":"failover"`); n != 1 {
			t.Errorf("%s: %d lines of fail-overs", p.name, n)
		}
	}
}

// The programs spread their keys over a cluster, of which they are told some nodes.
func TestProgramsOnACluster(t *testing.T) {
	t.Parallel()
	c := redisserver.StartCluster(t, 0, process.Soon)
	server, both := deployPrograms(t, c.Nodes[0].Address+","+c.Nodes[1].Address)
	server.use(t, 100)
	for _, s := range c.Nodes {
		if n := s.Do(t, "DBSIZE"); n == ":0" {
			t.Errorf("no keys at %s", s.Address)
		}
	}
	for _, p := range both {
		p.ready(t, "/readyz")
		p.reaches(t, "kvdb_engine_keys", 100)
		p.reaches(t, "kvdb_requests_total", 200)
		if n := scraped(t, p.target, failures); n != 0 {
			t.Errorf("%s: %v errors", p.name, n)
		}
	}
}
