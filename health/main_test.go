package health

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(testutil.AllLines(m, "health", ofOutbox...))
}

// ofOutbox are lines that package outbox writes, and tests.
var ofOutbox = []catalog.Message{catalog.LogLinesDropped}

// A subject is a check whose function does what the test wants.
type subject struct {
	does atomic.Pointer[func(context.Context) error]
	runs atomic.Int64
}

func newSubject(does func(context.Context) error) *subject {
	s := &subject{}
	s.becomes(does)
	return s
}

func (s *subject) becomes(does func(context.Context) error) { s.does.Store(&does) }

func (s *subject) run(ctx context.Context) error {
	s.runs.Add(1)
	return (*s.does.Load())(ctx)
}

// check returns a check of the subject that runs every second.
func (s *subject) check(name string) Check {
	return Check{Name: name, Run: s.run, Interval: time.Second}
}

func passes(context.Context) error { return nil }

func fails(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

// hangs returns a function that ignores its context and returns when the test
// ends.
func hangs(t *testing.T) func(context.Context) error {
	t.Helper()
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	return func(context.Context) error {
		<-end
		return nil
	}
}

func start(t testing.TB, opts ...Option) *Health {
	t.Helper()
	h, err := New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// wait lets time pass in a bubble.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func state(t testing.TB, h *Health, name string) State {
	t.Helper()
	for _, s := range h.States() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no state of %q", name)
	return State{}
}

func wantStatus(t testing.TB, h *Health, name string, want Status) {
	t.Helper()
	if s := state(t, h, name); s.Status != want {
		t.Errorf("%s is %v (%s, %v), want %v", name, s.Status, s.Reason, s.Err, want)
	}
}

type response struct {
	code   int
	body   string
	header http.Header
}

func (h *Health) mux() *http.ServeMux {
	mux := http.NewServeMux()
	h.Mount(mux)
	return mux
}

func wantOK(t testing.TB, h *Health, target, want string) {
	t.Helper()
	wantAnswer(t, h, target, http.StatusOK, want)
}

func wantAnswer(t testing.TB, h *Health, target string, code int, body string) {
	t.Helper()
	res := request(h, httptest.NewRequest(http.MethodGet, target, http.NoBody))
	if res.code != code || res.body != body {
		t.Errorf("%s: %d %q, want %d %q", target, res.code, res.body, code, body)
	}
}

func request(h *Health, r *http.Request) response {
	w := httptest.NewRecorder()
	h.mux().ServeHTTP(w, r)
	return response{w.Code, w.Body.String(), w.Header()}
}
