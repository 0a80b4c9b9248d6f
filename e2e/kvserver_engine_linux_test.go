package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/tmpfs"
)

var (
	engineFailed       = regexp.MustCompile(`^kvdb_engine_failed\{`)
	engineFailedErrors = regexp.MustCompile(`^kvdb_errors_total\{.*error_type="engine_failed"`)
	engineFailedLine   = regexp.MustCompile(`(?m)^\{.*"level":"error".*"message":"store notice".*"notice":"engine_failed".*open the store again.*\}$`)
)

// A disk that is full for a moment costs the engine its log, and no write is taken
// from then on. Metric, type of errors, a line that says what to do, and liveness all
// tell, so that the store is opened again.
func TestKVServerWithAFailedEngine(t *testing.T) {
	dir := tmpfs.Mount(t, "size=32m")
	s := startKVServer(t, "-dir", dir)
	if got := scraped(t, s.target(), engineFailed); got != 0 {
		t.Errorf("kvdb_engine_failed is %v at the start", got)
	}
	if _, err := fetch(t, s.admin+"/healthz"); err != nil {
		t.Errorf("at the start: %v", err)
	}
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 64<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	client := s.client(t, 1)
	if err := set(t, client, 200_000); err == nil {
		t.Fatal("a write to a full disk was acknowledged")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.wantFailedEngine(t, client)
	again := startKVServer(t, "-dir", dir)
	if err := set(t, again.client(t, 1), 1); err != nil {
		t.Errorf("a write after the store was opened again: %v", err)
	}
	if _, err := fetch(t, again.admin+"/healthz"); err != nil {
		t.Errorf("after the store was opened again: %v", err)
	}
	again.Stop(t) // before the disk goes
}

// A server that is out of descriptors for a while refuses writes meanwhile. It goes on
// by itself when there are some, unless it was the log that it could not open.
func TestKVServerOutOfDescriptors(t *testing.T) {
	path, err := kvbinary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `ulimit -n 64 && exec "$0" "$@"`, path,
		"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-pprof=", "-drain", "0", "-sync=false", "-dir", t.TempDir())
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	s := &kvserver{Process: launch(t, cmd)}
	s.greeted(t)
	client := s.client(t, 4)
	if err := set(t, client, 1); err != nil {
		t.Fatal(err)
	}
	idle := idleConnections(t, net.JoinHostPort(s.host, s.port), 200)
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for t.Context().Err() == nil {
				err := set(t, client, 200_000)
				if err != nil && (strings.Contains(err.Error(), "engine failed") || strings.Contains(err.Error(), "unavailable")) {
					return
				}
			}
		})
	}
	writers.Wait()
	for _, c := range idle {
		_ = c.Close()
	}
	failed := false
	s.Eventually(t, "a write, or an engine that has failed", func() bool {
		err := set(t, client, 1)
		failed = err != nil && strings.Contains(err.Error(), "engine failed")
		return err == nil || failed
	})
	t.Logf("the engine has failed: %t", failed)
	if failed {
		s.wantFailedEngine(t, client)
		return
	}
	if _, err := fetch(t, s.admin+"/healthz"); err != nil {
		t.Error(err)
	}
	s.Stop(t)
}

// wantFailedEngine wants all that there is to see to tell of it, and ends the server.
func (s *kvserver) wantFailedEngine(t *testing.T, client *redis.Client) {
	t.Helper()
	if err := set(t, client, 1); err == nil || !strings.Contains(err.Error(), "engine failed") {
		t.Errorf("a write: %v, want that the engine has failed", err)
	}
	s.Eventually(t, "the end of liveness", func() bool {
		_, err := fetch(t, s.admin+"/healthz")
		return err != nil && strings.HasSuffix(err.Error(), "engine failed\n")
	})
	s.Eventually(t, "kvdb_engine_failed", func() bool { return scraped(t, s.target(), engineFailed) == 1 })
	if got := scraped(t, s.target(), engineFailedErrors); got < 1 {
		t.Errorf("%v errors of the type engine_failed", got)
	}
	s.Eventually(t, "a line that says what to do", func() bool { return engineFailedLine.MatchString(s.Stdout.String()) })
	s.Stop(t)
}

func (s *kvserver) target() string { return strings.TrimPrefix(s.admin, "http://") }

func set(t *testing.T, client *redis.Client, size int) error {
	return client.Set(t.Context(), "key", strings.Repeat("v", size), 0).Err()
}

func idleConnections(t *testing.T, address string, n int) (all []net.Conn) {
	t.Helper()
	dialer := net.Dialer{Timeout: process.Soon}
	for range n {
		c, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		all = append(all, c)
	}
	return all
}
