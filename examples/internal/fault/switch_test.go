package fault

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// TestSwitch: one fault is on at a time, and one that is not possible changes nothing.
func TestSwitch(t *testing.T) {
	s := New(kvdb.NewMemory(nil), "memory", true)
	defer s.Close()
	w, err := s.Start(Program{Name: "shop", Calls: s}, Fault{Kind: Errors})
	if err != nil || w.On().Kind != Errors {
		t.Fatalf("%v, %v", w.On(), err)
	}
	for kind, says := range map[Kind]string{
		Engine: "pebble or bolt, and this one is memory", OldRead: "this one is memory", Idle: "no load of its own", Restart: "start itself", Telemetry: "start itself",
	} {
		err := w.Set(Fault{Kind: kind})
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v, want %q in one line", kind, err, says)
		}
		if w.On().Kind != Errors {
			t.Errorf("after %v was refused, %v is on", kind, w.On())
		}
	}
	if status := Status(w.Set(Fault{Kind: Engine})); status != 2 {
		t.Errorf("the exit status of what cannot be had is %d", status)
	}
	if err := w.Set(Fault{}); err != nil || w.On() != (Fault{}) || s.on.Load() != nil {
		t.Errorf("none: %v, %v is on", err, w.On())
	}
	w.Close()
	if err := w.Set(Fault{Kind: Slow}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("after Close: %v", err)
	}
	if ((*Switch)(nil)).Idle() {
		t.Error("a nil switch is idle")
	}
}

// TestCloseLimit: Close does not wait for a store that hangs.
func TestCloseLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(kvdb.NewMemory(nil), "memory", true)
		calls := stuck{Store: s, goes: make(chan struct{})}
		w, err := s.Start(Program{Calls: calls}, Fault{Kind: Canceled})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		time.AfterFunc(time.Minute, func() { close(calls.goes) })
		began := time.Now()
		w.Close()
		if took := time.Since(began); took != closeLimit {
			t.Errorf("Close took %v, want %v", took, closeLimit)
		}
		<-calls.goes
		synctest.Wait()
		if err := w.Set(Fault{Kind: Slow}); !errors.Is(err, ErrUnsupported) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// A stuck store answers when it goes on.
type stuck struct {
	kvdb.Store
	goes chan struct{}
}

func (s stuck) Get(context.Context, []byte) ([]byte, error) {
	<-s.goes
	return nil, kvdb.ErrNotFound
}

// TestCallers: callers who cancel and updates that lose are a part of all, and there are some
// while nobody else calls; the engine sees none of them.
func TestCallers(t *testing.T) {
	for kind, want := range map[Kind]kvtest.Call{
		Canceled:  {Operation: "get", Outcome: "canceled"},
		Conflicts: {Operation: "update", Outcome: "conflict"},
	} {
		for _, others := range []uint64{0, 1000} {
			synctest.Test(t, func(t *testing.T) {
				engine := kvtest.NewTally(kvdb.NewMemory(nil))
				s := New(engine, "memory", true)
				calls := &counted{Store: s}
				began := time.Now()
				operations := func() uint64 { return uint64(time.Since(began).Seconds() * float64(others)) }
				w, err := s.Start(Program{Calls: calls, Operations: operations}, Fault{Kind: kind})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Second)
				w.Close()
				least := 10 * max(crowdLeast, crowdShare*float64(others))
				if n := float64(calls.failed); n < 0.95*least || n > 1.05*least {
					t.Errorf("%v beside %d others a second: %v calls in 10 s, want %v", kind, others, n, least)
				}
				if n := engine.Counts()[kvtest.Call{Operation: want.Operation, Outcome: "ok"}]; n > 0 {
					t.Errorf("%v: the engine saw %d of them", kind, n)
				}
			})
		}
	}
}

// counted counts how many gets were canceled and updates lost.
type counted struct {
	*Store
	failed int
}

func (c *counted) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := c.Store.Get(ctx, key)
	if errors.Is(err, context.Canceled) {
		c.failed++
	}
	return value, err
}

func (c *counted) As(target any) bool {
	if u, ok := target.(*kvdb.Updater); ok {
		*u = c
		return true
	}
	return c.Store.As(target)
}

func (c *counted) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	u, _ := kvdb.As[kvdb.Updater](c.Store)
	err := u.Update(ctx, fn)
	if errors.Is(err, kvdb.ErrConflict) {
		c.failed++
	}
	return err
}

// TestHang: one operation hangs until the fault ends, and no other.
func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(kvdb.NewMemory(nil), "memory", true)
		calls := &hanging{Store: s}
		w, err := s.Start(Program{Calls: calls}, Fault{Kind: Hang})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if err := s.Put(t.Context(), []byte("key"), nil); err != nil || !calls.inside {
			t.Errorf("%v, inside is %v", err, calls.inside)
		}
		w.Close()
		if calls.inside {
			t.Error("the call goes on after the fault")
		}
	})
}

type hanging struct {
	*Store
	inside bool
}

func (h *hanging) Get(ctx context.Context, key []byte) ([]byte, error) {
	h.inside = true
	defer func() { h.inside = false }()
	return h.Store.Get(ctx, key)
}

// TestUnknown: a ping hangs whatever its context does.
func TestUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(kvdb.NewMemory(nil), "memory", true)
		end := turn(t, s, Unknown)
		p, _ := kvdb.As[kvdb.Pinger](s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan error)
		go func() { done <- p.Ping(ctx) }()
		time.Sleep(time.Minute)
		select {
		case <-done:
			t.Error("the ping has come back")
		default:
		}
		end()
		if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the ping: %v", err)
		}
		if err := p.Ping(t.Context()); err != nil {
			t.Errorf("after the fault: %v", err)
		}
	})
}

func TestHTTP(t *testing.T) {
	s := New(kvdb.NewMemory(nil), "memory", true)
	w, err := s.Start(Program{Name: "shop"}, Fault{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	core, lines := observer.New(zapcore.DebugLevel)
	mux := http.NewServeMux()
	w.Mount(mux, http.NewCrossOriginProtection().Handler, zap.New(core))
	for _, tt := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/fault", 200, "none\n"},
		{"POST", "/fault?kind=slow", 200, "slow\n"},
		{"GET", "/fault", 200, "slow\n"},
		{"POST", "/fault?kind=engine", 422, "not possible: the fault engine takes the engine pebble or bolt, and this one is memory\n"},
		{"POST", "/fault?kind=flood", 400, `unknown fault "flood": use ` + Names() + "\n"},
		{"POST", "/fault", 400, `unknown fault "": use ` + Names() + "\n"},
		{"GET", "/fault", 200, "slow\n"},
		{"POST", "/fault?kind=none", 200, "none\n"},
		{"PUT", "/fault?kind=slow", 405, "Method Not Allowed\n"},
	} {
		res := httptest.NewRecorder()
		mux.ServeHTTP(res, httptest.NewRequest(tt.method, tt.path, http.NoBody))
		if res.Code != tt.status || res.Body.String() != tt.body {
			t.Errorf("%s %s: %d %q, want %d %q", tt.method, tt.path, res.Code, res.Body, tt.status, tt.body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/fault?kind=errors", http.NoBody)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res := httptest.NewRecorder()
	if mux.ServeHTTP(res, r); res.Code != http.StatusForbidden || w.On() != (Fault{}) {
		t.Errorf("a page of another site: %d, %v is on", res.Code, w.On())
	}
	if n := lines.FilterMessage("fault changed").Len(); n != 2 {
		t.Errorf("%d lines of 2 changes", n)
	}
}
