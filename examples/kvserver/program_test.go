package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/otelsetup"
)

func TestUsage(t *testing.T) {
	for _, tt := range []struct{ args, says string }{
		{"-nonsense", "see -help"},
		{"more", "there are flags only"},
		{"-engine etcd", `no engine "etcd": use `},
		{"-engine redis", "say where with -target"},
		{"-engine redis -target host:1 -dir here", "-dir: engine redis keeps no files"},
		{"-engine redis -target host:1 -fault fulldisk", "takes the engine pebble or bolt"},
		{"-engine ''", "use pebble"},
		{"-dir ''", "-dir is empty"},
		{"-engine memory -dir here", "-dir: engine memory keeps no files"},
		{"-target host:1", "-target: engine pebble is in this program"},
		{"-memory much", "no size: use bytes, or a number with KiB, MiB or GiB, such as 128MiB"},
		{"-memory 1MiB", "-memory is too small: use 8MiB or more"},
		{"-engine badger -memory 8MiB", "-memory is too small: use 16MiB or more"},
		{"-maxclients -1", "-maxclients is negative"},
		{"-listen 6380", "-listen"},
		{"-admin 8080", "-admin"},
		{"-pprof 6060", "-pprof"},
		{"-sync=perhaps", "see -help"},
		{"-drain -1s", "-drain is -1s"},
		{"-traces -1", "-traces is -1: use a number of commands a second, at most 1000, or 0 for none"},
		{"-traces 1001", "-traces is 1001"},
		{"-traces many", "see -help"},
		{"-traces 5 -telemetry=false", "nothing is traced"},
		{"-native -telemetry=false", "there are no metrics"},
	} {
		var stderr bytes.Buffer
		args := strings.Fields(strings.ReplaceAll(tt.args, "''", ""))
		if strings.HasSuffix(tt.args, "''") {
			args = append(args, "")
		}
		if status := run(t.Context(), args, &stderr); status != 2 {
			t.Errorf("%s: exit status %d, want 2", tt.args, status)
		}
		if s := stderr.String(); !strings.Contains(s, tt.says) || strings.Count(s, "\n") != 1 {
			t.Errorf("%s: not one line with %q: %s", tt.args, tt.says, s)
		}
	}
	var stderr bytes.Buffer
	if status := run(t.Context(), []string{"-help"}, &stderr); status != 0 || !strings.Contains(stderr.String(), "-engine") || !strings.Contains(stderr.String(), defaultLimits.protocol()) {
		t.Errorf("-help: exit status %d, %s", status, stderr.String())
	}
}

func TestRefusals(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		says string
		args []string
	}{
		{"choose another address", []string{"-listen", busy.Addr().String(), "-admin", "127.0.0.1:0"}},
		{"choose another address", []string{"-admin", busy.Addr().String(), "-listen", "127.0.0.1:0"}},
		{"-dir", []string{"-dir", file, "-admin", "127.0.0.1:0", "-listen", "127.0.0.1:0"}},
	} {
		var stderr bytes.Buffer
		if status := run(t.Context(), tt.args, &stderr); status != 1 {
			t.Errorf("%s: exit status %d, want 1", tt.args, status)
		}
		if s := stderr.String(); !strings.Contains(s, tt.says) || strings.Count(s, "\n") != 1 {
			t.Errorf("%s: not one line with %q: %s", tt.args, tt.says, s)
		}
	}
}

// A signal while the program starts is a reason to stop, not a failure.
func TestInterruptedStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, listen := range []string{"127.0.0.1:0", "localhost:0"} {
		var stderr bytes.Buffer
		status := run(ctx, []string{"-engine", "memory", "-listen", listen, "-admin", "127.0.0.1:0"}, &stderr)
		if s := stderr.String(); status != 0 || !strings.HasSuffix(s, "kvserver: stopped\n") {
			t.Errorf("%s: exit status %d, %s", listen, status, s)
		}
	}
}

// What cannot sync does not say that it does.
func TestAboutSync(t *testing.T) {
	for _, e := range engines {
		if got := (config{engine: e, sync: true}).about(newPipeListener()).sync; got != e.files {
			t.Errorf("engine %s: sync is %t", e.name, got)
		}
	}
}

// A running is the program in this process.
type running struct {
	t          *testing.T
	stderr     *process.Buffer
	redis, web string
	core       zapcore.Core
	lines      *observer.ObservedLogs
	stop       func() (status int)
}

var addresses = regexp.MustCompile(`clients at (\S+)\n\n(?:  \S+/metrics .*\n)?  (http://\S+)/readyz(?s:.*)Ctrl-C`)

func launch(t *testing.T, args ...string) *running {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, stderr: new(process.Buffer)}
	r.core, r.lines = observer.New(zapcore.InfoLevel)
	ended := make(chan int, 1)
	go func() {
		args := append([]string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-drain", "0"}, args...)
		ended <- run(ctx, args, r.stderr, otelsetup.WithLogger(zap.New(r.core)))
	}()
	r.stop = sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { r.stop() })
	for deadline := time.Now().Add(time.Minute); ; {
		if found := addresses.FindStringSubmatch(r.stderr.String()); found != nil {
			r.redis, r.web = found[1], found[2]
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("no greeting: %s", r.stderr.String())
		}
		<-time.After(10 * time.Millisecond)
	}
}

func (r *running) dial() *testClient {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.redis)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return &testClient{t: r.t, conn: conn, replies: bufio.NewReader(conn)}
}

func (r *running) get(path string) (status int, body string) {
	r.t.Helper()
	return process.Get(r.t, r.web+path)
}

// Every engine, as its user meets it.
func TestEngines(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"-engine", e.name, "-sync=false"}
			if e.files {
				args = append(args, "-dir", dir)
			}
			if e.remote {
				args = append(args, "-target", targetOf(t, e).Addresses)
			}
			r := launch(t, args...)
			if s := r.stderr.String(); strings.Count(s, r.web+"/metrics") != 3 || strings.Contains(s, "data of engine") != e.inMemory() || !strings.Contains(s, defaultLimits.protocol()) {
				t.Errorf("the greeting: %s", s)
			}
			c := r.dial()
			ex, px, gone := "-ERR engine "+e.name+" does not support EX", "-ERR engine "+e.name+" does not support PX", ":0"
			if e.expires {
				ex, px, gone = "OK", "OK", ":1"
			}
			for _, s := range []step{
				{"set k v", "OK"}, {"get k", `"v"`}, {"get x", "nil"}, {"set k w nx", "nil"}, {"set k w xx", "OK"},
				{"set e v ex 100", ex}, {"del e", gone}, {"set e v px 100000", px}, {"del e", gone},
				{"mset a 1 b 2", "OK"}, {"mget a b k x", `["1" "2" "w" nil]`}, {"scan 0", orUnordered(e, "SCAN", `["0" ["a" "b" "k"]]`)},
				{"del a b", ":2"}, {"dbsize", orUnordered(e, "DBSIZE", ":1")},
			} {
				if got := c.do(strings.Fields(s.command)...); got != s.reply {
					t.Errorf("%s: %s, want %s", s.command, got, s.reply)
				}
			}
			c.do("set", strings.Repeat("k", kvbolt.MaxKey+1), "")
			failed := r.lines.FilterMessage("operation failed").All()
			if e.name == "bolt" && (len(failed) != 1 || failed[0].ContextMap()["client_ip"] != "127.0.0.1") {
				t.Errorf("the line of a failed operation: %v", failed)
			}
			_, metrics := r.get("/metrics")
			for _, want := range []string{
				`db_operation_name="put",db_system_name="` + system(e.name) + `",kvdb_outcome="ok"`, "kvdb_connections 1",
			} {
				if !strings.Contains(metrics, want) {
					t.Errorf("/metrics has no %s", want)
				}
			}
			for path, want := range map[string]string{"/healthz": "alive\n", "/startupz": "started\n", "/readyz": "ready\n", "/readyz/log": "ready\n"} {
				for deadline := time.Now().Add(time.Minute); ; <-time.After(10 * time.Millisecond) {
					status, body := r.get(path)
					if status == http.StatusOK && body == want {
						break
					}
					if time.Now().After(deadline) {
						t.Fatalf("%s: %d %s", path, status, body)
					}
				}
			}
			// The logger is the test's, whose level is not the program's to change.
			if status, body := r.get("/loglevel"); status != http.StatusNotImplemented {
				t.Errorf("/loglevel: %d %s", status, body)
			}
			if status := r.stop(); status != 0 {
				t.Errorf("exit status %d: %s", status, r.stderr.String())
			}
			if !e.files {
				return
			}
			if got := launch(t, "-engine", e.name, "-dir", dir, "-telemetry=false").dial().do("get", "k"); got != `"w"` {
				t.Errorf("after a restart: %s", got)
			}
		})
	}
}

// orUnordered is a reply, or the refusal of an engine whose keys have no order.
func orUnordered(e engine, command, reply string) string {
	if e.remote {
		return "-ERR engine " + e.name + " does not support " + command
	}
	return reply
}

// targetOf returns where a server of the engine is, if it is one.
func targetOf(t *testing.T, e engine) (at program.Target) {
	t.Helper()
	if e.remote {
		at.Addresses = redisserver.Start(t).Address
	}
	return at
}

// system is the name of an engine in telemetry.
func system(engine string) string {
	if engine == "bolt" {
		return "bbolt"
	}
	return engine
}

// TestDrainFirst: before it stops, the server says so and serves on; a client
// that comes then is served, too.
func TestDrainFirst(t *testing.T) {
	r := launch(t, "-engine", "memory", "-drain", "5s")
	c := r.dial()
	stopped := make(chan int)
	go func() { stopped <- r.stop() }()
	for deadline := time.Now().Add(time.Minute); ; <-time.After(time.Millisecond) {
		status, body := r.get("/readyz")
		if status == http.StatusServiceUnavailable && body == "draining\n" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("/readyz: %d %s", status, body)
		}
	}
	for name, client := range map[string]*testClient{"an old client": c, "a new one": r.dial()} {
		if got := client.do("set", "k", "v"); got != "OK" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if status, body := r.get("/healthz"); status != http.StatusOK || body != "alive\n" {
		t.Errorf("/healthz: %d %s", status, body)
	}
	c.closed()
	if status := <-stopped; status != 0 {
		t.Errorf("exit status %d: %s", status, r.stderr.String())
	}
}

func TestWithoutTelemetry(t *testing.T) {
	r := launch(t, "-telemetry=false", "-sync=false")
	if got := r.dial().do("set", "k", "v"); got != "OK" {
		t.Errorf("set: %s", got)
	}
	if status, body := r.get("/metrics"); status != http.StatusNotFound || !strings.Contains(body, "-telemetry=false") {
		t.Errorf("/metrics: %d %s", status, body)
	}
	if s := r.stderr.String(); strings.Contains(s, "metrics") || !strings.Contains(s, "without telemetry") {
		t.Errorf("the greeting: %s", s)
	}
	if status, body := r.get("/"); status != http.StatusOK || !strings.Contains(body, "/readyz") || strings.Contains(body, "/metrics") {
		t.Errorf("/: %d %s", status, body)
	}
	temp := os.Getenv("TMPDIR")
	if !strings.Contains(r.stderr.String(), "The directory is removed at the end") {
		t.Errorf("the greeting: %s", r.stderr.String())
	}
	if entries, err := os.ReadDir(temp); err != nil || len(entries) != 1 {
		t.Errorf("the temporary directory: %v, %v", entries, err)
	}
	if status := r.stop(); status != 0 {
		t.Errorf("exit status %d: %s", status, r.stderr.String())
	}
	if entries, err := os.ReadDir(temp); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// Nobody reads standard error: the program serves and ends all the same.
func TestStderrThatIsFull(t *testing.T) {
	r, w := io.Pipe() // which takes nothing until somebody reads
	defer r.Close()
	core, lines := observer.New(zapcore.InfoLevel)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"-engine", "memory", "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-drain", "0"}, w,
			otelsetup.WithLogger(zap.New(core)))
	}()
	for deadline := time.Now().Add(time.Minute); lines.FilterMessage("started").Len() == 0; <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the greeting holds the program up")
		}
	}
	cancel()
	select {
	case status := <-ended:
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
	case <-time.After(time.Minute):
		t.Fatal("the program does not end")
	}
}
