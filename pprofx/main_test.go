package pprofx

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(testutil.AllLines(m, "pprofx", ofOutbox...))
}

// ofOutbox are lines that package outbox writes, and tests.
var ofOutbox = []catalog.Message{catalog.LogLinesDropped, catalog.HTTPServerReported}

// start returns a Profiler that the end of the test closes.
func start(t testing.TB, opts ...Option) *Profiler {
	t.Helper()
	p, err := Start(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// serving returns one that listens, and the URL of its index.
func serving(t testing.TB, opts ...Option) (p *Profiler, url string) {
	t.Helper()
	p = start(t, append([]Option{WithAddress("127.0.0.1:0")}, opts...)...)
	return p, "http://" + p.Addr().String() + prefix
}

func quick(c *config) { c.captureTime = 100 * time.Millisecond }

type response struct {
	status int
	header http.Header
	body   []byte
}

func get(t testing.TB, url string, header ...string) response {
	t.Helper()
	return call(t, http.MethodGet, url, header...)
}

func call(t testing.TB, method, url string, header ...string) response {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := c.Do(r)
	if err != nil {
		t.Errorf("%s: %v", url, err)
		return response{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Errorf("%s: %v", url, err)
	}
	return response{res.StatusCode, res.Header, body}
}

// eventually waits for something that another goroutine does.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatalf("after ten seconds: not %s", what)
}

// logged returns the lines, once there is one: nothing waits for a logger.
func logged(t testing.TB, lines *testutil.Log) []map[string]any {
	t.Helper()
	eventually(t, "logged", func() bool { return lines.String() != "" })
	return lines.Lines(t)
}

// work keeps a processor busy, labelled, until the test ends.
func work(t testing.TB) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		pprof.Do(ctx, pprof.Labels("db.operation.name", "get"), hash)
	}()
	t.Cleanup(func() { cancel(); <-done })
}

var sink byte

//go:noinline
func hash(ctx context.Context) {
	block := make([]byte, 64<<10)
	for ctx.Err() == nil {
		sum := sha256.Sum256(block)
		sink = sum[0]
	}
}

func parse(t testing.TB, data []byte) *profile.Profile {
	t.Helper()
	p, err := profile.ParseData(data)
	if err != nil {
		t.Fatalf("%v in %.100q", err, data)
	}
	if err := p.CheckValid(); err != nil {
		t.Error(err)
	}
	return p
}

// has reports whether a profile has a sample with the function, and with the
// labels that are given as key, value.
func has(p *profile.Profile, function string, labels ...string) bool {
	return slices.ContainsFunc(p.Sample, func(s *profile.Sample) bool {
		for i := 0; i < len(labels); i += 2 {
			if !s.HasLabel(labels[i], labels[i+1]) {
				return false
			}
		}
		return slices.ContainsFunc(s.Location, func(l *profile.Location) bool {
			return slices.ContainsFunc(l.Line, func(l profile.Line) bool {
				return strings.HasSuffix(l.Function.Name, function)
			})
		})
	})
}

const traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

func traced(ctx context.Context) context.Context {
	id, _ := trace.TraceIDFromHex(traceID)
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}}))
}

// files returns what is in a directory, by profile.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		name := strings.SplitN(e.Name(), "-", 3)[1]
		if strings.HasSuffix(e.Name(), ".txt") {
			name += ".txt"
		}
		if all[name] != "" {
			t.Errorf("two files of %s: %s and %s", name, all[name], e.Name())
		}
		all[name] = filepath.Join(dir, e.Name())
	}
	return all
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func keys(m map[string]string) string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return fmt.Sprint(all)
}

func wantTrace(t testing.TB, data []byte) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte("go 1.")) {
		t.Errorf("no trace: %.40q", data)
	}
}
