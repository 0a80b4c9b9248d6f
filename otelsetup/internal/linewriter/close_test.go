package linewriter

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(hose)
		w := newTestWriter(t, h)
		order := ""
		h.syncDo = func() error { order = h.String(); return errDisk }
		_ = w.line("a")
		if err := w.Sync(); !errors.Is(err, errDisk) || order != "a\n" {
			t.Errorf("%v after %q", err, order)
		}
		h.syncDo = func() error { return &os.PathError{Op: "sync", Path: "/dev/stdout", Err: syscall.EINVAL} }
		if err := w.Sync(); err != nil {
			t.Error(err)
		}
		h.syncDo = func() error { panic("broken") }
		if err := w.Sync(); err == nil || !strings.Contains(err.Error(), "broken") {
			t.Error(err)
		}
		h.syncDo = func() error { runtime.Goexit(); return nil }
		if err := w.Sync(); !errors.Is(err, errGone) {
			t.Error(err)
		}
		hang := make(chan struct{})
		h.syncDo = func() error { <-hang; return nil }
		began := time.Now()
		if err := w.Sync(); !errors.Is(err, errStalled) {
			t.Error(err)
		}
		if took := time.Since(began); took != syncLimit {
			t.Errorf("it took %v", took)
		}
		began = time.Now()
		_ = w.line("b")
		if took := time.Since(began); took > patience {
			t.Errorf("a line took %v", took)
		}
		close(hang)
		time.Sleep(retryAfter) // what ended its goroutine counts as an error
		synctest.Wait()
		if got := h.String(); got != "a\nb\n" {
			t.Errorf("%q", got)
		}
	})
}

// Close says what it gives up, and when it is told to.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hose{held: make(chan struct{})}
		w := New(h, Options{Notice: notice})
		for range 3 {
			_ = w.line("waits")
		}
		began := time.Now()
		err := w.Close(t.Context())
		if !errors.Is(err, errStalled) || !strings.Contains(err.Error(), "3 log lines are lost") {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took != idleLimit {
			t.Errorf("it took %v", took)
		}
		if err := w.line("late"); !errors.Is(err, errStalled) {
			t.Errorf("late: %v", err)
		}
		if r := w.Report(); r.LostStalled != 4 || r.Waiting != 0 {
			t.Errorf("%+v", r)
		}
		close(h.held)
		synctest.Wait()
		h.set(func() { h.held = nil })
		if err := w.line("later"); err != nil || !strings.HasSuffix(h.String(), "later\n") {
			t.Errorf("%v, %q", err, h)
		}
		if err := w.Close(t.Context()); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

func TestCloseHeedsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hose{held: make(chan struct{})}
		defer close(h.held)
		w := New(h, Options{})
		_ = w.line("waits")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if err := w.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// One that takes something, however slowly, is waited for.
func TestCloseOfSlowWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hose{do: func(h *hose, b []byte) (int, error) {
			time.Sleep(idleLimit * 9 / 10)
			return h.take(b)
		}}
		w := New(h, Options{Notice: notice})
		line := strings.Repeat("x", 50_000) // each a write
		for range 20 {
			_ = w.line(line)
		}
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if n := strings.Count(h.String(), "\n"); n != 20 {
			t.Errorf("%d lines", n)
		}
	})
}
