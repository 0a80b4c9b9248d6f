package observe_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// TestStrangers: the level of the log, the texts of errors and where profiles are is for this machine,
// and not for who reaches it by a proxy or by a page in a browser.
func TestStrangers(t *testing.T) {
	failing := health.Check{Name: "queue", Interval: time.Second, Run: func(context.Context) error { return errors.New("password sesame") }}
	dir := t.TempDir()
	o, _ := start(t, observe.WithChecks(failing), observe.WithDirectory(dir))
	eventually(t, "the check has run", func() bool { _, body := get(t, o, "/readyz"); return body == "queue failed\n" })
	for _, c := range []struct {
		name, from, host string
		header           http.Header
		trusted          bool
	}{
		{"this machine", "127.0.0.1:1", "127.0.0.1:9464", nil, true},
		{"this machine by name", "127.9.9.9:1", "LOCALHOST.:9464", nil, true},
		{"this machine by IPv6", "[::1]:1", "[::1]", nil, true},
		{"this machine by both", "[::ffff:127.0.0.1]:1", "localhost", nil, true},
		{"another machine", "192.0.2.1:1", "localhost", nil, false},
		{"another machine by IPv6", "[2001:db8::1]:1", "localhost", nil, false},
		{"nobody", "", "localhost", nil, false},
		{"a name bound anew", "127.0.0.1:1", "evil.example", nil, false},
		{"a proxy", "127.0.0.1:1", "localhost", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, false},
		{"a proxy of the standard", "127.0.0.1:1", "localhost", http.Header{"Forwarded": {"for=192.0.2.1"}}, false},
		{"a proxy of nginx", "127.0.0.1:1", "localhost", http.Header{"X-Real-Ip": {"192.0.2.1"}}, false},
		{"a proxy that passes on", "127.0.0.1:1", "localhost", http.Header{"Via": {"1.1 proxy"}}, false},
	} {
		ask := func(method, target, accept string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, target, http.NoBody)
			r.RemoteAddr, r.Host = c.from, c.host
			r = atLoopback(r)
			for name, values := range c.header {
				r.Header[name] = values
			}
			r.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			o.Handler().ServeHTTP(w, r)
			return w
		}
		want := map[bool]int{true: 200, false: 403}[c.trusted]
		own := httptest.NewRecorder()
		o.Trusted(http.NotFoundHandler()).ServeHTTP(own, requestOf(c.from, c.host, c.header))
		if got := own.Code; (got == 404) != c.trusted || !c.trusted && got != 403 {
			t.Errorf("%s: a handler of the program's own: %d", c.name, got)
		}
		if w := ask(http.MethodPut, "/loglevel?level=info", ""); w.Code != want {
			t.Errorf("%s: /loglevel: %d %s", c.name, w.Code, w.Body)
		}
		if w := ask(http.MethodGet, "/readyz", "application/json"); w.Code != 503 || strings.Contains(w.Body.String(), "sesame") != c.trusted {
			t.Errorf("%s: /readyz: %d %s", c.name, w.Code, w.Body)
		}
		body := ask(http.MethodGet, "/", "").Body.String()
		if !strings.Contains(body, "/metrics ") || strings.Contains(body, o.Profiler().Addr().String()) != c.trusted || strings.Contains(body, dir) != c.trusted {
			t.Errorf("%s: / shows\n%s", c.name, body)
		}
		if w := ask(http.MethodGet, "/metrics", ""); w.Code != 200 {
			t.Errorf("%s: /metrics: %d", c.name, w.Code)
		}
	}
}

// A page that a person of this machine looks at is not that person.
func TestCrossOrigin(t *testing.T) {
	o, _ := start(t)
	for site, want := range map[string]int{"": 200, "same-origin": 200, "none": 200, "cross-site": 403,
		"Origin http://localhost": 200, "Origin http://localhost:3000": 403, "Origin null": 403,
	} {
		r := httptest.NewRequest(http.MethodPut, "/loglevel?level=info", http.NoBody)
		r.RemoteAddr, r.Host = "127.0.0.1:1", "localhost"
		if origin, ok := strings.CutPrefix(site, "Origin "); ok {
			r.Header.Set("Origin", origin)
		} else if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		w := httptest.NewRecorder()
		o.Handler().ServeHTTP(w, atLoopback(r))
		if w.Code != want {
			t.Errorf("from a page of %q: %d", site, w.Code)
		}
	}
}

// The program may trust others; a function of its own that panics trusts nobody.
func TestWithTrusted(t *testing.T) {
	for name, c := range map[string]struct {
		trusted func(*http.Request) bool
		status  int
	}{
		"all":    {func(*http.Request) bool { return true }, 200},
		"none":   {func(*http.Request) bool { return false }, 403},
		"panics": {func(*http.Request) bool { panic("no") }, 403},
		"nil":    {nil, 200},
	} {
		o, _ := start(t, observe.WithTrusted(c.trusted))
		if status, body := get(t, o, "/loglevel"); status != c.status {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

// Whoever is trusted: a page whose DNS name was bound to this machine, which names itself,
// is not. A name of the program's own is added.
func TestWithHosts(t *testing.T) {
	all := observe.WithTrusted(func(*http.Request) bool { return true })
	for name, c := range map[string]struct {
		options []observe.Option
		host    string
		want    int
	}{
		"no name":        {[]observe.Option{all}, "shop.internal:8080", 403},
		"its name":       {[]observe.Option{all, observe.WithHosts("shop.internal")}, "shop.internal:8080", 200},
		"another's name": {[]observe.Option{all, observe.WithHosts("shop.internal")}, "evil.example", 403},
		"its address":    {[]observe.Option{all}, "127.0.0.1:8080", 200},
	} {
		o, _ := start(t, append(c.options, observe.WithProfiles("127.0.0.1:0"))...)
		r := requestOf("192.0.2.1:1", c.host, nil)
		w := httptest.NewRecorder()
		o.Handler().ServeHTTP(w, r)
		if w.Code != c.want || c.want == 403 && !strings.Contains(w.Body.String(), "WithHosts") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		// The same names are those of profiles.
		r = requestOf("127.0.0.1:1", c.host, nil)
		r.Method, r.URL.Path = http.MethodGet, "/debug/pprof/"
		w = httptest.NewRecorder()
		o.Profiler().Handler().ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: profiles: %d %s", name, w.Code, w.Body)
		}
	}
}

// atLoopback has a request come in at a loopback address, as a server says it.
func atLoopback(r *http.Request) *http.Request {
	at := net.Addr(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9464})
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, at))
}

// requestOf is a change of the level.
func requestOf(from, host string, header http.Header) *http.Request {
	r := httptest.NewRequest(http.MethodPut, "/loglevel?level=info", http.NoBody)
	r.RemoteAddr, r.Host = from, host
	for name, values := range header {
		r.Header[name] = values
	}
	return atLoopback(r)
}
