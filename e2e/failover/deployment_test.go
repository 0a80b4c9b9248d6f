package failover

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/proxy"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// apart is the address that a server comes from which can be told from the others.
const apart = "127.0.0.3"

func fromApart(from string, _ bool) bool   { return from == apart }
func toApart(from string, reply bool) bool { return from == apart && reply }

// primary is what sentinels call it.
const primary = "shop"

// A server is one of Redis, and a client of it that goes there directly.
type server struct {
	*redisserver.Server
	client *redis.Client
}

// A deployment is a primary, two replicas and three sentinels.
type deployment struct {
	servers   []*server // the first one is the primary first
	sentinels []string
	link      *proxy.Proxy // before the first server, for all but the test; may be nil
	door      *proxy.Proxy // before the last server, likewise
}

// deploy runs one until the end of the test, whose sentinels wait for so long before they replace a
// primary that does not answer. If it is proxied, the first and the last server are reached
// through proxies, and the last one comes from an address of its own.
func deploy(t *testing.T, downAfter time.Duration, proxied bool) *deployment {
	t.Helper()
	d := new(deployment)
	first := d.start(t)
	host, port := first.Host, first.Port
	last := []string(nil)
	if proxied {
		d.link = proxy.Start(t, first.Address)
		port = d.link.Port()
		d.door = proxy.Start(t, "")
		last = []string{"--bind-source-addr", apart, "--replica-announce-ip", host, "--replica-announce-port", strconv.Itoa(d.door.Port())}
	}
	follow := []string{"--replicaof", host + " " + strconv.Itoa(port)}
	d.start(t, follow...)
	lastOne := d.start(t, append(follow, last...)...)
	if proxied {
		d.door.LeadTo(lastOne.Address)
	}
	for _, s := range d.servers[1:] {
		eventually(t, "the link of a replica", func() bool { return s.says(t, "master_link_status:up") })
	}
	for range 3 {
		d.sentinels = append(d.sentinels, redisserver.StartSentinel(t, "loglevel warning",
			fmt.Sprintf("sentinel monitor %s %s %d 2", primary, host, port),
			fmt.Sprintf("sentinel down-after-milliseconds %s %d", primary, downAfter.Milliseconds()),
			"sentinel failover-timeout "+primary+" 10000").Address)
	}
	for _, address := range d.sentinels {
		s := redis.NewSentinelClient(&redis.Options{Addr: address})
		eventually(t, "sentinels that know all", func() bool {
			others, err := s.Sentinels(t.Context(), primary).Result()
			replicas, more := s.Replicas(t.Context(), primary).Result()
			return err == nil && more == nil && len(others) == 2 && len(replicas) == 2
		})
		_ = s.Close()
	}
	return d
}

func (d *deployment) start(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{Server: redisserver.Start(t, append([]string{"--loglevel", "warning", "--repl-diskless-sync-delay", "0"}, args...)...)}
	s.client = redis.NewClient(&redis.Options{Addr: s.Address, MaxRetries: -1, DialerRetries: 1, DisableIdentity: true})
	t.Cleanup(func() { _ = s.client.Close() })
	d.servers = append(d.servers, s)
	return s
}

// says reports whether INFO has this about replication.
func (s *server) says(t *testing.T, line string) bool {
	t.Helper()
	about, err := s.client.Info(t.Context(), "replication").Result()
	return err == nil && strings.Contains(about, line)
}

// signal pauses a server, or lets it go on.
func (s *server) signal(t *testing.T, what syscall.Signal) {
	t.Helper()
	if err := s.Cmd.Process.Signal(what); err != nil {
		t.Fatal(err)
	}
}

// pause stops it, and lets it go on at the end of the test at the latest.
func (s *server) pause(t *testing.T) {
	t.Helper()
	t.Cleanup(func() { _ = s.Cmd.Process.Signal(process.GoOn) }) // a paused one cannot end
	s.signal(t, process.StandStill)
}

// settle waits until both replicas have what was written, and returns since when they have.
func (d *deployment) settle(t *testing.T, h *history) (since time.Duration) {
	t.Helper()
	eventually(t, "replicas that have all", func() bool {
		conn := d.servers[0].client.Conn()
		defer func() { _ = conn.Close() }()
		since = h.since()
		if conn.Incr(t.Context(), "settled").Err() != nil {
			return false
		}
		n, err := conn.Wait(t.Context(), 2, time.Second).Result()
		return err == nil && n == 2
	})
	return since
}

// another returns the server that has become the primary, in place of the first one.
func (d *deployment) another(t *testing.T) *server {
	t.Helper()
	var found *server
	eventually(t, "another primary", func() bool {
		for _, s := range d.servers[1:] {
			if s.says(t, "role:master") {
				found = s
			}
		}
		return found != nil
	})
	return found
}
