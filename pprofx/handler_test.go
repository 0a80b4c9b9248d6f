package pprofx

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"reflect"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRefusals(t *testing.T) {
	_, url := serving(t)
	for _, c := range []struct {
		method, target string
		want           int
		says           string
	}{
		{"GET", "profile?seconds=10000", 400, "300"},
		{"GET", "trace?seconds=300.1", 400, "300"},
		{"GET", "heap?seconds=10000", 400, "300"},
		{"GET", "profile?seconds=0", 400, "above 0"},
		{"GET", "profile?seconds=-1", 400, "above 0"},
		{"GET", "profile?seconds=NaN", 400, "above 0"},
		{"GET", "profile?seconds=x", 400, "above 0"},
		{"GET", "heap?seconds=1&debug=1", 400, "exclude"},
		{"GET", "cmdline", 404, "passwords"},
		{"GET", "nonsense", 404, "unknown"},
		{"GET", "captures/x", 404, "WithDirectory"},
		{"POST", "profile", 405, ""},
		{"DELETE", "heap", 405, ""},
	} {
		res := call(t, c.method, url+c.target)
		if res.status != c.want || !strings.Contains(string(res.body), c.says) {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.target, res.status, res.body, c.want)
		}
		if c.want != 405 && res.header.Get("X-Go-Pprof") == "" {
			t.Errorf("%s: go tool pprof would not show why", c.target)
		}
	}
}

// TestFront: who types the address alone finds the page, and a stranger nothing.
func TestFront(t *testing.T) {
	p, _ := serving(t)
	front := "http://" + p.Addr().String()
	for _, path := range []string{"", "/", "/debug/pprof"} {
		if res := get(t, front+path); res.status != 200 || !bytes.Contains(res.body, []byte("<h1>Profiles</h1>")) {
			t.Errorf("%q: %d %s", path, res.status, res.body)
		}
		if res := get(t, front+path, "Host", "evil.example"); res.status != 403 || bytes.Contains(res.body, []byte(prefix)) {
			t.Errorf("%q for a stranger: %d %s", path, res.status, res.body)
		}
	}
	if res := get(t, front+"/elsewhere"); res.status != 404 {
		t.Errorf("a path that is not there: %d", res.status)
	}
}

func TestHead(t *testing.T) {
	_, url := serving(t)
	begin := time.Now()
	res := call(t, http.MethodHead, url+"profile?seconds=60")
	if res.status != 200 || res.header.Get("Content-Disposition") == "" || time.Since(begin) > 30*time.Second {
		t.Errorf("%v", res)
	}
}

func TestSymbol(t *testing.T) {
	_, url := serving(t)
	pc := reflect.ValueOf(hash).Pointer()
	list := fmt.Sprintf("%#x+nonsense+0x1", pc)
	want := fmt.Sprintf("num_symbols: 1\n%#x github.com/otelkv/otelkv/pprofx.hash\n", pc)
	if res := get(t, url+"symbol?"+list); string(res.body) != want {
		t.Errorf("GET: %q, want %q", res.body, want)
	}
	for body, status := range map[string]int{list: 200, strings.Repeat("0x1+", maxSymbols): 413} {
		res, err := http.Post(url+"symbol", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != status || status == 200 && string(got) != want {
			t.Errorf("POST: %d %q", res.StatusCode, got)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestFiftyClients: some share a run, each with its own seconds, and the
// others are told to come back.
func TestFiftyClients(t *testing.T) {
	work(t)
	_, url := serving(t, WithMaxConcurrent(10))
	var mu sync.Mutex
	counts := map[int]int{}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			res := get(t, url+"profile?seconds=1")
			mu.Lock()
			defer mu.Unlock()
			counts[res.status]++
			switch res.status {
			case 200:
				if !has(parse(t, res.body), "pprofx.hash") {
					t.Error("a profile without the workload")
				}
			case 429:
				if n, err := strconv.Atoi(res.header.Get("Retry-After")); err != nil || n < 1 {
					t.Errorf("Retry-After: %v", err)
				}
			default:
				t.Errorf("%d: %s", res.status, res.body)
			}
		})
	}
	all.Wait()
	if counts[200] < 10 || counts[429] == 0 {
		t.Errorf("%v, want 10 or more profiles and some refusals", counts)
	}
}

func TestBusy(t *testing.T) {
	_, url := serving(t)
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	res := get(t, url+"profile?seconds=1")
	pprof.StopCPUProfile()
	if n, err := strconv.Atoi(res.header.Get("Retry-After")); res.status != 409 || err != nil || n < 1 {
		t.Errorf("the CPU profiler: %d %v", res.status, res.header)
	}
	if err := trace.Start(io.Discard); err != nil {
		t.Fatal(err)
	}
	res = get(t, url+"trace?seconds=1")
	trace.Stop()
	if res.status != 409 || res.header.Get("Retry-After") == "" {
		t.Errorf("the tracer: %d %v", res.status, res.header)
	}
	if res = get(t, url+"profile?seconds=0.1"); res.status != 200 {
		t.Errorf("afterwards: %d %s", res.status, res.body)
	}
}

// TestWholeDuration: no deadline of the server cuts a longer profile.
func TestWholeDuration(t *testing.T) {
	_, url := serving(t, optionFunc(func(c *config) { c.clientTime = 500 * time.Millisecond }))
	if res := get(t, url+"profile?seconds=1"); res.status != 200 || time.Duration(parse(t, res.body).DurationNanos) < 900*time.Millisecond {
		t.Errorf("%d %.100q", res.status, res.body)
	}
}

// TestHTTP2: a server whose deadlines are those of its streams, and TLS.
func TestHTTP2(t *testing.T) {
	p := start(t, optionFunc(func(c *config) { c.clientTime = time.Second }))
	s := httptest.NewUnstartedServer(p.Handler())
	s.EnableHTTP2 = true
	s.Config.ReadTimeout, s.Config.WriteTimeout = time.Second, time.Second // of the handshake, too
	s.StartTLS()
	defer s.Close()
	for target, want := range map[string]string{"trace?seconds=2": "go 1.", "": "<!DOCTYPE html>"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+prefix+target, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.ProtoMajor != 2 || res.StatusCode != http.StatusOK || !bytes.HasPrefix(body, []byte(want)) {
			t.Errorf("%s: %s %d, %v: %.100q", target, res.Proto, res.StatusCode, err, body)
		}
		if target == "" && !bytes.Contains(body, []byte(s.URL+prefix+"profile")) {
			t.Errorf("the page does not name %s: %s", s.URL, body)
		}
	}
}

// A bareWriter hides what the one below it can do besides.
type bareWriter struct{ http.ResponseWriter }

// unwrapping does not.
type unwrapping struct{ bareWriter }

func (u unwrapping) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// TestNoTime: a profile that the server would not wait for is refused at once, with
// what to do.
func TestNoTime(t *testing.T) {
	p := start(t, optionFunc(func(c *config) { c.clientTime = time.Minute }))
	wrapped := func(wrap func(http.ResponseWriter) http.ResponseWriter) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.Handler().ServeHTTP(wrap(w), r) })
	}
	bare := wrapped(func(w http.ResponseWriter) http.ResponseWriter { return bareWriter{w} })
	for name, c := range map[string]struct {
		handler http.Handler
		limit   time.Duration // of the server
		target  string
		says    string // when it is refused
	}{
		"a CPU profile":         {bare, 10 * time.Second, "profile?seconds=60", "WriteTimeout is 10s"},
		"the usual seconds":     {bare, 10 * time.Second, "profile", "Unwrap"},
		"a trace":               {bare, 10 * time.Second, "trace?seconds=9.5", "a profile of 9.5s would be lost"},
		"a gain":                {bare, 10 * time.Second, "heap?seconds=10", "fewer seconds"},
		"a short one":           {bare, 10 * time.Second, "trace?seconds=0.1", ""},
		"now":                   {bare, time.Second, "heap", ""},
		"no limit":              {bare, 0, "trace?seconds=0.1", ""},
		"it can be extended":    {wrapped(func(w http.ResponseWriter) http.ResponseWriter { return unwrapping{bareWriter{w}} }), 500 * time.Millisecond, "trace?seconds=1", ""},
		"within TimeoutHandler": {http.TimeoutHandler(p.Handler(), 10*time.Second, ""), 0, "profile?seconds=60", "http.TimeoutHandler"},
		"a short one within":    {http.TimeoutHandler(p.Handler(), 10*time.Second, ""), 0, "trace?seconds=0.1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(c.handler)
			s.Config.WriteTimeout = c.limit
			s.Start()
			defer s.Close()
			want := http.StatusOK
			if c.says != "" {
				want = http.StatusBadRequest
			}
			began := time.Now()
			res := get(t, s.URL+prefix+c.target)
			if res.status != want || c.says != "" && !strings.Contains(string(res.body), c.says) {
				t.Errorf("%d %.300q, want %d", res.status, res.body, want)
			}
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestClientGone: nobody records for somebody who has left.
func TestClientGone(t *testing.T) {
	p, url := serving(t)
	c, err := net.Dial("tcp", p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "GET %sprofile?seconds=200 HTTP/1.1\r\nHost: localhost\r\n\r\n", prefix)
	eventually(t, "recording", func() bool { return len(p.slots) == 1 })
	c.Close()
	eventually(t, "given up", func() bool { return len(p.slots) == 0 })
	if n := p.counts.requests[requestGone].Load(); n != 1 {
		t.Errorf("%d have gone", n)
	}
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Error(err)
	}
	pprof.StopCPUProfile()
	if res := get(t, url+"heap"); res.status != 200 {
		t.Errorf("%d", res.status)
	}
}

// TestClientNeverReads: it is cut off, and meanwhile holds up nobody.
func TestClientNeverReads(t *testing.T) {
	p, url := serving(t, WithMaxConcurrent(2), optionFunc(func(c *config) { c.clientTime = 500 * time.Millisecond }))
	data := bytes.Repeat([]byte("x"), 32<<20) // more than sockets take
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.newHandler().serve(w, r, answer{file: "x", record: func(context.Context) ([]byte, error) { return data, nil }})
	}))
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	eventually(t, "sending", func() bool { return len(p.slots) == 1 })
	if res := get(t, url+"goroutine?debug=2"); res.status != http.StatusOK {
		t.Errorf("meanwhile: %d", res.status)
	}
	eventually(t, "cut off", func() bool { return len(p.slots) == 0 })
	if n := p.counts.requests[requestGone].Load(); n != 1 {
		t.Errorf("%d have gone", n)
	}
	if res := get(t, s.URL); len(res.body) != len(data) {
		t.Errorf("one that reads gets %d bytes", len(res.body))
	}
}

// TestCaptureGone: a reader of a file who is cut off is counted as gone.
func TestCaptureGone(t *testing.T) {
	p := start(t, WithDirectory(t.TempDir()), optionFunc(func(c *config) { c.clientTime = 200 * time.Millisecond }))
	path, err := p.Record(t.Context(), "heap", 0, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 32<<20); err != nil { // more than sockets take
		t.Fatal(err)
	}
	s := httptest.NewServer(p.Handler())
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET %scaptures/%s HTTP/1.1\r\nHost: localhost\r\n\r\n", prefix, filepath.Base(path))
	eventually(t, "cut off", func() bool { return p.counts.requests[requestGone].Load() == 1 })
}

// TestKeepAlive: the deadlines of one answer do not hit the next, on a server
// without deadlines of its own.
func TestKeepAlive(t *testing.T) {
	p := start(t, optionFunc(func(c *config) { c.clientTime = 100 * time.Millisecond }))
	s := httptest.NewServer(p.Handler())
	defer s.Close()
	connections := map[net.Addr]bool{}
	for range 2 {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { connections[i.Conn.LocalAddr()] = true }})
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+prefix+"heap", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("%d, %v", res.StatusCode, err)
		}
		parse(t, body)
		<-time.After(300 * time.Millisecond)
	}
	if len(connections) != 1 {
		t.Errorf("%d connections", len(connections))
	}
}

// TestClose: a profile under way ends early and is whole.
func TestClose(t *testing.T) {
	work(t)
	p, url := serving(t)
	result := make(chan response, 2)
	for _, target := range []string{"profile?seconds=200", "trace?seconds=200"} {
		go func() { result <- get(t, url+target) }()
	}
	eventually(t, "recording", func() bool { return len(p.slots) == 2 })
	<-time.After(300 * time.Millisecond) // for a sample or two
	begin := time.Now()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > drainTime+time.Second {
		t.Errorf("Close took %v", took)
	}
	for range 2 {
		res := <-result
		switch {
		case res.status != http.StatusOK:
			t.Errorf("%d: %s", res.status, res.body)
		case res.header.Get("Content-Disposition") == `attachment; filename="trace"`:
			wantTrace(t, res.body)
		default:
			parse(t, res.body)
		}
	}
	if err := p.Close(); err != nil {
		t.Errorf("again: %v", err)
	}
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+prefix+"heap", http.NoBody)
	w := httptest.NewRecorder()
	p.newHandler().serveProfile(w, setProfile(r, "heap"))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("after Close: %d", w.Code)
	}
}

func setProfile(r *http.Request, name string) *http.Request {
	r.SetPathValue("profile", name)
	return r
}

func TestIndex(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	p, url := serving(t, WithDirectory(dir))
	if page := string(get(t, url).body); !strings.Contains(page, "Nothing yet") {
		t.Error(page)
	}
	path, err := p.Record(t.Context(), "heap", 0, "for the page")
	if err != nil {
		t.Fatal(err)
	}
	res := get(t, url)
	page := string(res.body)
	for _, want := range []string{`href="heap"`, `href="profile?seconds=10"`, `href="trace?seconds=1"`, "captures/" + filepath.Base(path), "go tool pprof", "5m0s"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing in %s", want, page)
		}
	}
	if strings.Contains(page, "cmdline") || !strings.Contains(res.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%v", res.header)
	}
	parse(t, get(t, url+"captures/"+filepath.Base(path)).body)
	for _, name := range []string{"nonsense", "..%2f..%2fetc%2fpasswd", "." + filepath.Base(path)} {
		if res := get(t, url+"captures/"+name); res.status != 404 {
			t.Errorf("%s: %d", name, res.status)
		}
	}
	if res := get(t, strings.TrimSuffix(url, "/")); res.status != 200 {
		t.Errorf("without the slash: %d", res.status)
	}
}
