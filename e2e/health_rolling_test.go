package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// TestRollingRestart restarts two servers, one after the other, under clients
// that redial once when their connection ends: no request fails.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	var servers []*kvserver
	var backends []*backend
	for range 2 {
		listen, admin := process.FreeAddress(t), process.FreeAddress(t)
		b := &backend{address: listen, probe: "http://" + admin + "/readyz"}
		backends = append(backends, b)
		servers = append(servers, startReplica(t, b.address, admin, t.TempDir()))
	}
	balancer := startBalancer(t, backends...)
	for i, b := range backends {
		servers[i].Eventually(t, "readiness", b.ready.Load)
	}
	load := startTraffic(t, balancer.listener.Addr().String())

	for i, s := range servers {
		load.awaits(t, 1000)
		before := backends[i].clients.Load()
		s.drains(t)
		load.awaits(t, 1000) // by the other one alone
		servers[i] = startReplica(t, s.host+":"+s.port, s.admin[len("http://"):], s.dir(t))
		servers[i].Eventually(t, "readiness", backends[i].ready.Load)
		t.Logf("server %d: %d clients before, %d requests so far", i, before, load.requests.Load())
	}
	load.awaits(t, 1000)
	load.stop()
	for i, b := range backends {
		if b.clients.Load() == 0 {
			t.Errorf("server %d had no clients", i)
		}
	}
	if n := load.failures.Load(); n != 0 {
		t.Errorf("%d of %d requests failed, the first with: %v", n, load.requests.Load(), load.first.Load())
	}
}

func startReplica(t *testing.T, listen, admin, dir string) *kvserver {
	t.Helper()
	return startKVServer(t, "-listen", listen, "-admin", admin, "-dir", dir, "-sync=false", "-drain", "6s")
}

// dir returns the directory that the server was given.
func (s *kvserver) dir(t *testing.T) string {
	t.Helper()
	for i, arg := range s.Cmd.Args[:len(s.Cmd.Args)-1] {
		if arg == "-dir" {
			return s.Cmd.Args[i+1]
		}
	}
	t.Fatal("the server has a temporary directory")
	return ""
}

// drains asks the server to end: it is alive and not ready until it does.
func (s *kvserver) drains(t *testing.T) {
	t.Helper()
	if err := s.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	probe := func(path string) int {
		res, err := http.Get(s.admin + path)
		if err != nil {
			return 0 // it has ended
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	unready := 0
	for deadline := time.After(process.Soon); ; {
		select {
		case <-s.Ended:
			if status := s.Cmd.ProcessState.ExitCode(); status != 0 {
				t.Errorf("exit status %d: %s", status, s.Stderr.Tail(500))
			}
			if unready < 10 {
				t.Errorf("%d probes saw that the server drains", unready)
			}
			return
		case <-deadline:
			t.Fatal("the server does not end")
		case <-time.After(50 * time.Millisecond):
		}
		if status := probe("/healthz"); status != http.StatusOK && status != 0 {
			t.Errorf("/healthz of a server that drains: %d", status)
		}
		if probe("/readyz") == http.StatusServiceUnavailable {
			unready++
		}
	}
}

// A traffic is what clients do, without a pause. Each server has a directory of
// its own, so they do only what needs no earlier request.
type traffic struct {
	requests, failures atomic.Int64
	first              atomic.Value // the first error

	cancel  context.CancelFunc
	clients sync.WaitGroup
}

func startTraffic(t *testing.T, address string) *traffic {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	load := &traffic{cancel: cancel}
	for id := range 8 {
		load.clients.Go(func() {
			c := redis.NewClient(&redis.Options{Addr: address, PoolSize: 1, MaxRetries: 1, DialerRetries: 1})
			defer c.Close()
			for n := 0; ctx.Err() == nil; n++ {
				load.count(c.Set(context.Background(), fmt.Sprintf("client:%d", id), n, 0).Err())
				load.count(c.Ping(context.Background()).Err())
			}
		})
	}
	t.Cleanup(load.stop)
	return load
}

func (l *traffic) stop() {
	l.cancel()
	l.clients.Wait()
}

func (l *traffic) count(err error) {
	l.requests.Add(1)
	if err != nil {
		l.failures.Add(1)
		l.first.CompareAndSwap(nil, err.Error())
	}
}

// awaits waits for so many more requests.
func (l *traffic) awaits(t *testing.T, more int64) {
	t.Helper()
	enough := l.requests.Load() + more
	for deadline := time.After(process.Soon); l.requests.Load() < enough; {
		select {
		case <-deadline:
			t.Fatalf("%d requests, want %d", l.requests.Load(), enough)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
