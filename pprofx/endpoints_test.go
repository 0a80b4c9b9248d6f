package pprofx

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"
)

// contend makes goroutines wait for a mutex for as long as the test runs.
func contend(t testing.TB) {
	var mu sync.Mutex
	var all sync.WaitGroup
	end := make(chan struct{})
	for range 3 {
		all.Go(func() {
			for {
				select {
				case <-end:
					return
				case <-time.After(5 * time.Millisecond): // so that nobody waits at times
					hold(&mu)
				}
			}
		})
	}
	t.Cleanup(func() { close(end); all.Wait() })
}

//go:noinline
func hold(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
	<-time.After(time.Millisecond)
}

func TestEndpoints(t *testing.T) {
	work(t)
	contend(t)
	_, url := serving(t, WithBlockRate(1), WithMutexFraction(1))
	var kept [][]byte
	allocate := func() { kept = append(kept, make([]byte, 4<<20)) }
	allocate()
	defer runtime.KeepAlive(&kept)
	own := pprof.NewProfile("github.com/otelkv/shop.orders")
	own.Add(own, 0)
	defer own.Remove(own)

	for _, c := range []struct {
		target, function, name string
		labels                 []string
	}{
		{"profile?seconds=1", "pprofx.hash", "profile", []string{"db.operation.name", "get"}},
		{"goroutine", "pprofx.hash", "goroutine", []string{"db.operation.name", "get"}},
		{"heap?gc=1", "pprofx.TestEndpoints.func1", "heap", nil},
		{"allocs", "pprofx.TestEndpoints.func1", "allocs", nil},
		{"threadcreate", "", "threadcreate", nil},
		{"threadcreate?seconds=", "", "threadcreate", nil},
		{"mutex?seconds=0.4", "pprofx.hold", "mutex-delta", nil},
		{"block?seconds=0.4", "pprofx.hold", "block-delta", nil},
		{"goroutine?seconds=0.1", "", "goroutine-delta", nil},
		{"heap?seconds=0.1", "", "heap-delta", nil},
		{"allocs?seconds=0.1", "", "allocs-delta", nil},
		{"threadcreate?seconds=0.1", "", "threadcreate-delta", nil},
		{"github.com/otelkv/shop.orders", "pprofx.TestEndpoints", "github.com/otelkv/shop.orders", nil},
	} {
		t.Run(c.target, func(t *testing.T) {
			res := get(t, url+c.target)
			if res.status != http.StatusOK {
				t.Fatalf("%d: %s", res.status, res.body)
			}
			p := parse(t, res.body)
			if c.function != "" && !has(p, c.function, c.labels...) {
				t.Errorf("nothing of %s %v in\n%v", c.function, c.labels, p)
			}
			for header, want := range map[string]string{
				"Content-Type": "application/octet-stream", "Content-Disposition": `attachment; filename="` + c.name + `"`,
				"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			} {
				if got := res.header.Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
		})
	}
	for target, want := range map[string]string{
		"goroutine?debug=1": "goroutine profile: total ",
		"goroutine?debug=2": "goroutine ",
		"heap?debug=1":      "heap profile: ",
		"mutex?debug=1":     "--- mutex:",
		"":                  "<!DOCTYPE html>",
	} {
		res := get(t, url+target)
		if res.status != http.StatusOK || !bytes.HasPrefix(res.body, []byte(want)) || !strings.HasPrefix(res.header.Get("Content-Type"), "text/") {
			t.Errorf("%s: %d, %s, %.100q", target, res.status, res.header.Get("Content-Type"), res.body)
		}
	}
	if pprof.Lookup("goroutineleak") != nil { // where the toolchain has it
		parse(t, get(t, url+"goroutineleak").body)
	}
	res := get(t, url+"trace?seconds=0.1")
	wantTrace(t, res.body)
	if got := res.header.Get("Content-Disposition"); got != `attachment; filename="trace"` {
		t.Errorf("trace: %s", got)
	}
}

// TestRatesAreTurnedBack: contention is counted only while somebody asks, and
// no longer than until Close.
func TestRatesAreTurnedBack(t *testing.T) {
	p, url := serving(t)
	done := make(chan struct{})
	go func() { defer close(done); get(t, url+"mutex?seconds=0.5") }()
	eventually(t, "counted", func() bool { return runtime.SetMutexProfileFraction(-1) == 10 })
	<-done
	if n := runtime.SetMutexProfileFraction(-1); n != 0 {
		t.Errorf("the fraction is %d after the profile", n)
	}
	get(t, url+"mutex")
	if n := runtime.SetMutexProfileFraction(-1); n != 0 {
		t.Errorf("a snapshot sets the fraction %d", n)
	}
	done = make(chan struct{})
	go func() { defer close(done); get(t, url+"mutex?seconds=200") }()
	eventually(t, "counted", func() bool { return runtime.SetMutexProfileFraction(-1) == 10 })
	p.Close()
	<-done
	if n := runtime.SetMutexProfileFraction(-1); n != 0 {
		t.Errorf("the fraction is %d after Close", n)
	}
}

// TestDelta: what there was before does not show.
func TestDelta(t *testing.T) {
	_, url := serving(t)
	before := allocate(4 << 20)
	for range 2 { // the profile shows what there was at the end of a collection
		runtime.GC()
	}
	result := make(chan response)
	go func() { result <- get(t, url+"allocs?seconds=0.5") }()
	res := <-result
	p := parse(t, res.body)
	if has(p, "pprofx.allocate") {
		t.Errorf("the gain has what was there before:\n%v", p)
	}
	if d := time.Duration(p.DurationNanos); d < 500*time.Millisecond || d > 10*time.Second {
		t.Errorf("the gain of %v", d)
	}
	runtime.KeepAlive(before)
}

//go:noinline
func allocate(n int) []byte { return make([]byte, n) }

// TestGoTool runs what people run.
func TestGoTool(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	work(t)
	dir := t.TempDir()
	p, url := serving(t, WithDirectory(filepath.Join(dir, "evidence")), optionFunc(quick))
	for _, name := range []string{"profile?seconds=1", "heap", "allocs", "goroutine", "mutex", "block", "threadcreate", "heap?seconds=0.1"} {
		out := goTool(t, dir, "pprof", "-raw", url+name)
		if !strings.Contains(out, "Samples:") {
			t.Errorf("%s: %s", name, out)
		}
		for _, want := range []string{"pprofx.hash", "db.operation.name:[get]"} {
			if strings.HasPrefix(name, "profile") && !strings.Contains(out, want) {
				t.Errorf("%s lacks %s: %s", name, want, out)
			}
		}
	}
	if out := goTool(t, dir, "pprof", "-top", "-seconds=1", url+"profile"); !strings.Contains(out, "pprofx.hash") {
		t.Errorf("-top: %s", out)
	}
	path := filepath.Join(dir, "trace.out")
	if err := os.WriteFile(path, get(t, url+"trace?seconds=0.2").body, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := goTool(t, dir, "trace", "-d=parsed", path); !strings.Contains(out, "GoStop") && !strings.Contains(out, "StateTransition") {
		t.Errorf("trace: %.400s", out)
	}

	snapshot := p.OnSlow(traced(t.Context()), "get", time.Second)
	eventually(t, "written", func() bool { _, err := os.Stat(snapshot); return err == nil })
	if out := goTool(t, dir, "trace", "-d=parsed", snapshot); !strings.Contains(out, traceID) {
		t.Errorf("the snapshot does not name its trace: %.400s", out)
	}
	if _, err := p.Capture(t.Context(), "test"); err != nil {
		t.Error(err)
	}
	profiles, err := filepath.Glob(filepath.Join(dir, "evidence", "*.pb.gz"))
	if err != nil || len(profiles) != 4 {
		t.Errorf("%v, %v", profiles, err)
	}
	for _, file := range profiles {
		if out := goTool(t, dir, "pprof", "-raw", file); !strings.Contains(out, "Samples:") {
			t.Errorf("%s: %s", file, out)
		}
	}
}

// tool returns the path of what go tool runs: once asked for, it starts sooner.
var tool = sync.OnceValues(func() (map[string]string, error) {
	paths := map[string]string{}
	for _, name := range []string{"pprof", "trace"} {
		path, err := exec.Command("go", "tool", "-n", name).Output()
		if err != nil {
			return nil, err
		}
		paths[name] = strings.TrimSpace(string(path))
	}
	return paths, nil
})

func goTool(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	paths, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), paths[name], args...)
	cmd.Env = append(os.Environ(), "PPROF_TMPDIR="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("go tool %s %v: %v\n%.2000s", name, args, err, out)
	}
	return string(out)
}
