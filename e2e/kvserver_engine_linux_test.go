package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
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
	t.Parallel()
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

// Clients cannot take the descriptors that the engine needs, however many come.
func TestKVServerKeepsDescriptorsForTheEngine(t *testing.T) {
	s := startLimited(t, 256, "-sync=false", "-dir", t.TempDir())
	s.greeted(t)
	if !strings.Contains(s.Stderr.String(), "At most 112 clients") {
		t.Errorf("the greeting: %s", s.Stderr.String())
	}
	client := s.client(t, 1)
	if err := set(t, client, 1); err != nil {
		t.Fatal(err)
	}
	idleConnections(t, net.JoinHostPort(s.host, s.port), 400)
	for i := range 300 { // some 60 MB, so that there are flushes and compactions
		if err := set(t, client, 200_000); err != nil {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	if _, err := fetch(t, s.admin+"/healthz"); err != nil {
		t.Error(err)
	}
	s.Stop(t)
}

// With a limit too low for anything the server does not start, and says what to do.
func TestKVServerTooFewDescriptors(t *testing.T) {
	s := startLimited(t, 64)
	if status := s.Wait(t); status != 1 {
		t.Errorf("exit status %d", status)
	}
	if got := s.Stderr.String(); !strings.Contains(got, "raise that to 160 or more (ulimit -n)") || strings.Count(got, "\n") != 1 {
		t.Errorf("it says %q", got)
	}
}

// startLimited runs the program with so many descriptors.
func startLimited(t *testing.T, descriptors int, args ...string) *kvserver {
	t.Helper()
	path, err := kvbinary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -n $0 && exec "$@"`, strconv.Itoa(descriptors), path,
		"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-drain", "0"}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	return &kvserver{Process: launch(t, cmd)}
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
