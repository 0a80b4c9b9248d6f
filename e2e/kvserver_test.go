package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// kvengines are the engines of kvserver that need no server of their own.
var kvengines = []string{"pebble", "bolt", "memory"}

// kvbinary is the program kvserver, built once for all tests.
var kvbinary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir, "kvserver.exe")
	cmd := exec.Command("go", "build", "-o", path, "./kvserver")
	cmd.Dir = "../examples"
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// A kvserver is that program, serving.
type kvserver struct {
	*process.Process
	host, port string // for Redis clients
	admin      string // URL
}

var kvgreeting = regexp.MustCompile(`clients at (\S+):(\d+)\n\n  (http://\S+)/metrics`)

// startKVServer runs the program until it serves.
func startKVServer(t *testing.T, args ...string) *kvserver {
	t.Helper()
	path, err := kvbinary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-drain", "0"}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	s := &kvserver{Process: launch(t, cmd)}
	s.greeted(t)
	return s
}

// greeted waits until the server serves.
func (s *kvserver) greeted(t *testing.T) {
	t.Helper()
	s.Eventually(t, "the greeting", func() bool { return kvgreeting.MatchString(s.Stderr.String()) })
	found := kvgreeting.FindStringSubmatch(s.Stderr.String())
	s.host, s.port, s.admin = found[1], found[2], found[3]
}

// quiet is a logger of the client for servers that end on purpose.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// client returns a client with so many connections.
func (s *kvserver) client(t *testing.T, connections int) *redis.Client {
	t.Helper()
	redis.SetLogger(quiet{})
	c := redis.NewClient(&redis.Options{Addr: s.host + ":" + s.port, PoolSize: connections, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// requests returns kvdb_requests_total by operation, summed over outcomes.
func (s *kvserver) requests(t *testing.T) map[string]int {
	t.Helper()
	body, err := fetch(t, s.admin+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	operation := regexp.MustCompile(`^kvdb_requests_total\{.*db_operation_name="([^"]+)".*\} (\S+)$`)
	total := make(map[string]int)
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		if found := operation.FindStringSubmatch(lines.Text()); found != nil {
			n, err := strconv.ParseFloat(found[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			total[found[1]] += int(n)
		}
	}
	return total
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
