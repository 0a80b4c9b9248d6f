package loglevel

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/testutil"
)

// levelHarness is a handler, and a logger whose level it changes.
type levelHarness struct {
	*Handler
	lines *observer.ObservedLogs
}

func newLevelHarness(level zapcore.Level) *levelHarness {
	atomic := zap.NewAtomicLevelAt(level)
	core, lines := observer.New(atomic)
	return &levelHarness{New(atomic, zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core()))), lines}
}

func (h *levelHarness) request(method, target, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (h *levelHarness) put(t *testing.T, body string) {
	t.Helper()
	if status, got := read(t, h.request(http.MethodPut, "/loglevel", "application/json", body)); status != http.StatusOK {
		t.Fatalf("PUT %s = %d %s", body, status, got)
	}
}

func (h *levelHarness) get(t *testing.T) string {
	t.Helper()
	_, body := read(t, h.request(http.MethodGet, "/loglevel", "", ""))
	return body
}

func read(t *testing.T, r *httptest.ResponseRecorder) (status int, body string) {
	t.Helper()
	if got := r.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	if got := r.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	return r.Code, strings.TrimSpace(r.Body.String())
}

func TestLogLevelRequests(t *testing.T) {
	const form, jsonType = "application/x-www-form-urlencoded", "application/json"
	all := "it must be debug, info, warn, error, dpanic, panic or fatal"
	for name, test := range map[string]struct {
		method, target, contentType, body string
		status                            int
		want                              string
	}{
		"get":                   {"GET", "", "", "", 200, `{"level":"info"}`},
		"head":                  {"HEAD", "", "", "", 200, `{"level":"info"}`},
		"put":                   {"PUT", "", jsonType, `{"level":"debug"}`, 200, `{"level":"debug"}`},
		"capitals":              {"PUT", "", jsonType, ` {"level":"WARN"} `, 200, `{"level":"warn"}`},
		"form":                  {"PUT", "", form, `level=error`, 200, `{"level":"error"}`},
		"JSON, said to be form": {"PUT", "", form, `{"level":"error"}`, 200, `{"level":"error"}`},
		"query":                 {"PUT", "?level=error", "", ``, 200, `{"level":"error"}`},
		"form before query":     {"PUT", "?level=error", form, `level=warn`, 200, `{"level":"warn"}`},
		"loud":                  {"PUT", "", jsonType, `{"level":"loud"}`, 400, `{"error":"the level is \"loud\"; ` + all + `"}`},
		"no level":              {"PUT", "", jsonType, `{}`, 400, `{"error":"the level is \"\"; ` + all + `"}`},
		"empty":                 {"PUT", "", jsonType, ``, 400, `{"error":"the level is \"\"; ` + all + `"}`},
		"number":                {"PUT", "", jsonType, `{"level":1}`, 400, "cannot unmarshal number"},
		"unknown field":         {"PUT", "", jsonType, `{"level":"debug","during":"5m"}`, 400, "during"},
		"JSON and a time":       {"PUT", "?for=5m", jsonType, `{"level":"debug"}`, 200, `"then":"info"`},
		"misspelt in the query": {"PUT", "?level=debug&fro=5m", "", ``, 400, `unknown \"fro\"`},
		"misspelt in the form":  {"PUT", "", form, `level=debug&fro=5m`, 400, `unknown \"fro\"`},
		"bad query":             {"PUT", "?level=debug;for=5m", "", ``, 400, "query"},
		"what follows":          {"PUT", "", jsonType, `{"level":"debug"}]`, 400, "more than one"},
		"two objects":           {"PUT", "", jsonType, `{"level":"debug"}{"level":"info"}`, 400, "more than one"},
		"bad form":              {"PUT", "", form, `level=%zz`, 400, "neither JSON nor a form"},
		"no time":               {"PUT", "", jsonType, `{"level":"debug","for":"soon"}`, 400, `for is \"soon\"`},
		"negative time":         {"PUT", "?level=debug&for=-5m", "", ``, 400, "-5m0s"},
		"no time at all":        {"PUT", "?level=debug&for=0s", "", ``, 400, "above zero"},
		"two days":              {"PUT", "", jsonType, `{"level":"debug","for":"48h"}`, 400, "at most 24h0m0s"},
		"fatal":                 {"PUT", "", jsonType, `{"level":"fatal"}`, 400, `say for how long, as in {\"level\":\"fatal\",\"for\":\"5m\"}`},
		"panic":                 {"PUT", "?level=panic", "", ``, 400, `the level panic leaves out operations that fail`},
		"dpanic":                {"PUT", "", form, `level=DPANIC`, 400, `the level dpanic`},
		"fatal for a time":      {"PUT", "", jsonType, `{"level":"fatal","for":"5m"}`, 200, `"then":"info"`},
		"error":                 {"PUT", "?level=error", "", ``, 200, `{"level":"error"}`},
		"post":                  {"POST", "", jsonType, `{"level":"debug"}`, 405, "POST is not allowed"},
		"delete":                {"DELETE", "", "", ``, 405, "GET shows"},
		"large":                 {"PUT", "", jsonType, `{"level":"` + strings.Repeat("x", 5000) + `"}`, 413, "larger than 4096 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newLevelHarness(zap.InfoLevel)
			r := h.request(test.method, "/loglevel"+test.target, test.contentType, test.body)
			allow := r.Header().Get("Allow")
			status, got := read(t, r)
			if status != test.status || !strings.Contains(got, test.want) {
				t.Errorf("%d %s; want %d %s", status, got, test.status, test.want)
			}
			if (status == 405) != (allow == "GET, HEAD, PUT") {
				t.Errorf("Allow: %q", allow)
			}
			if status >= 400 && (h.level.Level() != zap.InfoLevel || h.lines.Len() > 0) {
				t.Error("a refused request changed the level")
			}
		})
	}
}

func TestLogLevelFallsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newLevelHarness(zap.WarnLevel)
		h.put(t, `{"level":"debug","for":"5m"}`)
		if got, want := h.get(t), `{"level":"debug","until":"2000-01-01T00:05:00Z","then":"warn"}`; got != want {
			t.Errorf("GET = %s; want %s", got, want)
		}
		time.Sleep(time.Minute)
		h.put(t, `{"level":"info","for":"10m"}`) // replaces the other, not the level below it
		time.Sleep(10*time.Minute - time.Nanosecond)
		if got := h.level.Level(); got != zap.InfoLevel {
			t.Errorf("level %v before its time is up", got)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if got, want := h.get(t), `{"level":"warn"}`; got != want {
			t.Errorf("GET = %s; want %s", got, want)
		}

		h.put(t, `{"level":"debug","for":"5m"}`)
		h.put(t, `{"level":"error"}`) // for good
		time.Sleep(time.Hour)
		if got := h.level.Level(); got != zap.ErrorLevel {
			t.Errorf("level %v; want what was set for good", got)
		}

		h.put(t, `{"level":"debug","for":"5m"}`)
		h.level.SetLevel(zap.InfoLevel) // by the program
		if got, want := h.get(t), `{"level":"info"}`; got != want {
			t.Errorf("GET = %s; want %s", got, want)
		}
		time.Sleep(time.Hour)
		if got := h.level.Level(); got != zap.InfoLevel {
			t.Errorf("level %v; want what the program set", got)
		}
	})
}

func TestLogLevelChangesAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newLevelHarness(zap.WarnLevel)
		h.put(t, `{"level":"error","for":"5m"}`)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		h.put(t, `{"level":"debug"}`)
		got := h.lines.All()
		if len(got) != 3 {
			t.Fatalf("%d lines; want 3", len(got))
		}
		for i, want := range []struct{ message, from, to, then string }{
			{"log level changed", "warn", "error", "warn"},
			{"log level fell back", "error", "warn", ""},
			{"log level changed", "warn", "debug", ""},
		} {
			fields := got[i].ContextMap()
			then, _ := fields["then"].(string)
			_, until := fields["until"].(time.Time)
			if got[i].Level != zap.WarnLevel || got[i].Message != want.message || fields["from"] != want.from ||
				fields["to"] != want.to || then != want.then || until != (want.then != "") {
				t.Errorf("line %d: %v %v; want %v", i, got[i].Message, fields, want)
			}
		}
	})
}

// After stop no timer is left, and the bubble would not end with one.
func TestLogLevelStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newLevelHarness(zap.InfoLevel)
		h.put(t, `{"level":"debug","for":"24h"}`)
		h.Stop()
		h.Stop()
		if status, got := read(t, h.request("PUT", "/loglevel", "", `{"level":"info"}`)); status != http.StatusServiceUnavailable {
			t.Errorf("PUT after stop = %d %s", status, got)
		}
		time.Sleep(48 * time.Hour)
		if got := h.get(t); got != `{"level":"debug"}` {
			t.Errorf("GET after stop = %s", got)
		}
	})
}

func TestLogLevelConcurrently(t *testing.T) {
	h := newLevelHarness(zap.InfoLevel)
	defer h.Stop()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				h.put(t, `{"level":"debug","for":"1ns"}`)
				h.get(t)
			}
		})
	}
	all.Wait()
	h.put(t, `{"level":"warn"}`)
	if got := h.get(t); got != `{"level":"warn"}` {
		t.Errorf("GET = %s", got)
	}
}

// Nobody waits for a logger that hangs: the level changes, falls back and is
// shown, and the handler stops.
func TestLogLevelWithLogThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		level := zap.NewAtomicLevelAt(zap.WarnLevel)
		core, _ := observer.New(level)
		h := &levelHarness{Handler: New(level, zap.New(core, zap.Hooks(func(zapcore.Entry) error {
			<-held
			return nil
		})))}
		defer close(held)

		h.put(t, `{"level":"error"}`)
		h.put(t, `{"level":"info","for":"5m"}`)
		if got, want := h.get(t), `{"level":"info","until":"2000-01-01T00:05:00Z","then":"error"}`; got != want {
			t.Errorf("GET = %s; want %s", got, want)
		}
		time.Sleep(6 * time.Minute)
		if got, want := h.get(t), `{"level":"error"}`; got != want {
			t.Errorf("GET = %s; want %s", got, want)
		}
		h.put(t, `{"level":"debug","for":"5m"}`)
		h.Stop()
	})
}

// The level is not for a page of another site, nor for one that has its DNS name bound to
// this machine; neither is shown it.
func TestLogLevelUnderHosts(t *testing.T) {
	for name, test := range map[string]struct {
		host, header, value string
		want                int
	}{
		"here":              {"localhost:8080", "", "", 200},
		"by a name":         {"shop.internal", "", "", 200},
		"the page itself":   {"localhost:8080", "Sec-Fetch-Site", "same-origin", 200},
		"bound anew":        {"evil.example", "Sec-Fetch-Site", "same-origin", 403},
		"another site":      {"localhost:8080", "Sec-Fetch-Site", "cross-site", 403},
		"another port":      {"localhost:8080", "Origin", "http://localhost:3000", 403},
		"its own by Origin": {"localhost:8080", "Origin", "http://localhost:8080", 200},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			h := newLevelHarness(zap.InfoLevel)
			r := httptest.NewRequest(method, "/loglevel?level=debug", http.NoBody)
			r.Host = test.host
			if test.header != "" {
				r.Header.Set(test.header, test.value)
			}
			w := httptest.NewRecorder()
			h.Under([]string{"shop.internal"}).ServeHTTP(w, r)
			status, body := read(t, w)
			if status != test.want || strings.Contains(body, "error") != (status == 403) {
				t.Errorf("%s, %s: %d %s", name, method, status, body)
			}
			if changed := h.level.Level() == zap.DebugLevel; changed != (status == 200 && method == http.MethodPut) {
				t.Errorf("%s, %s: changed %t", name, method, changed)
			}
		}
	}
}
