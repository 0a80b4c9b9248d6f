package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestMethods(t *testing.T) {
	h := start(t)
	for _, path := range []string{"/healthz", "/readyz", "/readyz/database", "/startupz"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"} {
			res := request(h, httptest.NewRequest(method, path, http.NoBody))
			if res.code != http.StatusMethodNotAllowed || res.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", method, path, res.code, res.header.Get("Allow"))
			}
		}
	}
}

// TestSlash: a slash at the end changes nothing, and sends nobody elsewhere.
func TestSlash(t *testing.T) {
	h := start(t, WithChecks(newSubject(fails(errors.New("no"))).check("database")))
	server := httptest.NewServer(h.mux())
	defer server.Close()
	client := *server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ask := func(method, path string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	for path, want := range map[string]int{
		"/healthz": 200, "/livez": 200, "/startupz": 200, "/readyz": 503, "/readyz/database": 503, "/readyz/nothing": 404,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			for _, query := range []string{"", "?verbose"} {
				code, body := ask(method, path+query)
				if method != http.MethodPost && code != want {
					t.Errorf("%s %s: %d, want %d", method, path+query, code, want)
				}
				if slashed, text := ask(method, path+"/"+query); slashed != code || text != body {
					t.Errorf("%s %s/%s: %d %q, want %d %q", method, path, query, slashed, text, code, body)
				}
			}
		}
	}
	for _, path := range []string{"/readyz/database/more", "/readyz/database/more/", "/healthz/database"} {
		if code, _ := ask(http.MethodGet, path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

func TestHeaders(t *testing.T) {
	h := start(t, WithChecks(newSubject(fails(errors.New("no"))).check("database")))
	server := httptest.NewServer(h.mux())
	defer server.Close()
	for _, tc := range []struct {
		method, path, accept string
		code                 int
		contentType          string
	}{
		{"GET", "/healthz", "", 200, "text/plain; charset=utf-8"},
		{"HEAD", "/healthz", "", 200, "text/plain; charset=utf-8"},
		{"GET", "/readyz", "*/*", 503, "text/plain; charset=utf-8"},
		{"HEAD", "/readyz", "", 503, "text/plain; charset=utf-8"},
		{"GET", "/readyz", "application/health+json", 503, "application/health+json"},
		{"HEAD", "/readyz", "text/html, application/json;q=0.9", 503, "application/health+json"},
		{"GET", "/readyz", "application/json;q=0, text/plain", 503, "text/plain; charset=utf-8"},
		{"GET", "/readyz", ";;;", 503, "text/plain; charset=utf-8"},
		{"GET", "/readyz/nothing", "", 404, "text/plain; charset=utf-8"},
		{"GET", "/readyz/scheduler", "", 404, "text/plain; charset=utf-8"},
		{"POST", "/readyz", "", 405, "text/plain; charset=utf-8"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, server.URL+tc.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", tc.accept)
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tc.code || res.Header.Get("Content-Type") != tc.contentType || res.ContentLength <= 0 ||
			res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: %d, %d bytes, %v", tc.method, tc.path, res.StatusCode, res.ContentLength, res.Header)
		}
	}
}

func TestText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := newSubject(fails(Unknown(errors.New("no")))).check("replication")
		database := newSubject(fails(errors.New("no"))).check("database")
		database.Reason = "database down"
		h := start(t, WithChecks(
			database, lost,
			newSubject(passes).check("disk"),
			newSubject(fails(Warn(errors.New("no")))).check("memory"),
		))
		if _, err := h.Heartbeat("loop", time.Minute); err != nil {
			t.Fatal(err)
		}
		wait(10 * time.Second)
		for target, want := range map[string]string{
			"/readyz": "database down\nreplication unknown\n",
			"/readyz?verbose": "[-] database: fail (database down)\n[?] replication: unknown (replication unknown)\n" +
				"[+] disk: pass\n[!] memory: warn (memory degraded)\nnot ready\n",
			"/readyz?exclude=database":                                "replication unknown\n",
			"/readyz?verbose&exclude=disk&exclude=memory&exclude=<b>": "[-] database: fail (database down)\n[?] replication: unknown (replication unknown)\n[!] exclude: no such check\nnot ready\n",
			"/readyz/database":                                        "database down\n",
			"/readyz/database?verbose":                                "[-] database: fail (database down)\nnot ready\n",
		} {
			wantAnswer(t, h, target, http.StatusServiceUnavailable, want)
		}
		for target, want := range map[string]string{
			"/readyz?exclude=database&exclude=replication": "ready\n",
			"/readyz/disk":         "ready\n",
			"/readyz/memory":       "ready\n",
			"/healthz?verbose":     "[+] scheduler: pass\n[+] loop: pass\nalive\n",
			"/startupz":            "started\n",
			"/startupz?verbose=no": "started\n",
		} {
			wantOK(t, h, target, want)
		}
		for kind, want := range map[Kind]string{
			Readiness: "false database down\nreplication unknown", Liveness: "true alive", Startup: "true started",
		} {
			if ok, text := h.Answer(kind); fmt.Sprint(ok, " ", text) != want {
				t.Errorf("%v: %t %q, want %q", kind, ok, text, want)
			}
		}
		if report := string(h.Report()); !strings.HasPrefix(report, `{"status":"fail",`) || !strings.Contains(report, `"kind":"liveness"`) {
			t.Errorf("the report is %s", report)
		}
	})
}

func TestJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, WithDetails(func(r *http.Request) bool { return r.URL.Query().Has("details") }), WithChecks(
			newSubject(func(context.Context) error {
				time.Sleep(100 * time.Millisecond)
				return errors.New("why")
			}).check("database"),
			newSubject(passes).check("disk"),
			newSubject(fails(Warn(errors.New("no")))).check("memory"),
		))
		get := func(target string) (code int, body string) {
			t.Helper()
			r := httptest.NewRequest(http.MethodGet, target, http.NoBody)
			r.Header.Set("Accept", "application/health+json")
			res := request(h, r)
			if !json.Valid([]byte(res.body)) {
				t.Fatalf("%s: no JSON: %s", target, res.body)
			}
			return res.code, strings.TrimSpace(res.body)
		}
		wait(500 * time.Millisecond)
		for _, tc := range []struct {
			target string
			code   int
			body   string
		}{
			{"/readyz", 503, `{"status":"fail","checks":{` +
				`"database":[{"status":"fail","since":"2000-01-01T00:00:00.1Z","reason":"database failed"}],` +
				`"disk":[{"status":"pass","since":"2000-01-01T00:00:00Z"}],` +
				`"memory":[{"status":"warn","since":"2000-01-01T00:00:00Z","reason":"memory degraded"}]}}`},
			{"/readyz?exclude=database&exclude=disk", 200, `{"status":"warn","checks":{` +
				`"memory":[{"status":"warn","since":"2000-01-01T00:00:00Z","reason":"memory degraded"}]}}`},
			{"/readyz/disk", 200, `{"status":"pass","checks":{"disk":[{"status":"pass","since":"2000-01-01T00:00:00Z"}]}}`},
			{"/readyz/database?details", 503, `{"status":"fail","checks":{` +
				`"database":[{"status":"fail","since":"2000-01-01T00:00:00.1Z","reason":"database failed",` +
				`"kind":"readiness","time":"2000-01-01T00:00:00.1Z","duration_ms":100,"failures":1,"output":"why"}]}}`},
			{"/startupz", 200, `{"status":"pass","checks":{}}`},
		} {
			if code, body := get(tc.target); code != tc.code || body != tc.body {
				t.Errorf("%s: %d\n%s\nwant %d\n%s", tc.target, code, body, tc.code, tc.body)
			}
		}
		h.draining.Store(true)
		if code, body := get("/readyz?exclude=database&exclude=memory&exclude=disk"); code != 503 || body != `{"status":"fail","notes":["draining"],"checks":{}}` {
			t.Errorf("draining: %d %s", code, body)
		}
	})
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		h := start(t, WithLogger(logger), WithChecks(newSubject(passes).check("database"), newSubject(fails(errors.New("no"))).check("live").For(Liveness)))
		wait(10 * time.Second)
		wantOK(t, h, "/readyz", "ready\n")
		wantAnswer(t, h, "/healthz", 500, "live failed\n")
		log.Reset()

		began := time.Now()
		drained := make(chan error)
		go func() { drained <- h.Drain(t.Context(), 5*time.Second) }()
		synctest.Wait()
		wantAnswer(t, h, "/readyz", 503, "draining\n")
		wantAnswer(t, h, "/readyz?verbose&exclude=database", 503, "draining\nnot ready\n")
		wantOK(t, h, "/readyz/database", "ready\n")
		wantOK(t, h, "/healthz", "alive\n")
		wantOK(t, h, "/startupz", "started\n")
		if err := <-drained; err != nil || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}

		why := errors.New("hurry")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if err := h.Drain(ctx, time.Hour); !errors.Is(err, why) {
			t.Errorf("a cancelled drain: %v", err)
		}
		wantAnswer(t, h, "/readyz", 503, "draining\n")
		_ = h.Close()
		wantOK(t, h, "/healthz", "alive\n")
		wantAnswer(t, h, "/readyz", 503, "draining\n")
		if all := log.Lines(t); len(all) != 1 || all[0]["message"] != catalog.Draining || all[0]["pause_ms"] != 5000.0 {
			t.Errorf("logged: %v", all)
		}
	})
}
