package linewriter

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var errDisk = errors.New("no space left on device")

// What fails is tried again, and those who wait are told.
func TestWriterThatFails(t *testing.T) {
	full := func(h *hose, b []byte) (int, error) {
		n, _ := h.take(b[:min(4, len(b))])
		return n, errDisk
	}
	for name, broken := range map[string]struct {
		do  func(*hose, []byte) (int, error)
		err string
	}{
		"error":     {func(*hose, []byte) (int, error) { return 0, errDisk }, "no space"},
		"part":      {full, "no space"},
		"short":     {func(h *hose, b []byte) (int, error) { return h.take(b[:len(b)/2]) }, "short write"},
		"negative":  {func(*hose, []byte) (int, error) { return -1, errDisk }, "no space"},
		"panic":     {func(*hose, []byte) (int, error) { panic("broken") }, "broken"},
		"goroutine": {func(*hose, []byte) (int, error) { runtime.Goexit(); return 0, nil }, "goroutine"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &hose{do: broken.do}
				w := newTestWriter(t, h)
				began := time.Now()
				if err := w.line("the first"); err == nil || !strings.Contains(err.Error(), broken.err) {
					t.Errorf("error %v", err)
				}
				for i := range 5 {
					if err := w.line(fmt.Sprint("line ", i)); err == nil || !strings.Contains(err.Error(), broken.err) {
						t.Errorf("error %v of a line that waits", err)
					}
				}
				if took := time.Since(began); took > patience {
					t.Errorf("it took %v", took)
				}
				if err := w.Sync(); err == nil || !strings.Contains(err.Error(), broken.err) {
					t.Errorf("Sync: %v", err)
				}
				if r := w.Report(); r.Err == nil || !r.Stalled || r.Waiting == 0 {
					t.Errorf("%+v", r)
				}
				h.set(func() { h.do = nil })
				time.Sleep(retryAfter)
				synctest.Wait()
				if got := h.String(); got != "the first\nline 0\nline 1\nline 2\nline 3\nline 4\n" {
					t.Errorf("%q", got)
				}
				if r := w.Report(); r.Err != nil || r.Stalled || r.Waiting+int(r.LostFailed+r.LostStalled) != 0 {
					t.Errorf("%+v", r)
				}
			})
		})
	}
}

// A line that the writer does not take costs itself only.
func TestLineThatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hose{do: func(h *hose, b []byte) (int, error) {
			if bytes.Contains(b, []byte("bad")) {
				return 0, errors.New("message too long")
			}
			return h.take(b)
		}}
		w := newTestWriter(t, h)
		for _, line := range []string{"one", "bad", "two", "three"} {
			_ = w.line(line)
		}
		time.Sleep(2 * maxVain * retryAfter)
		if got := h.String(); got != "one\ntwo\nthree\nlost 1\n" {
			t.Errorf("%q", got)
		}
		if r := w.Report(); r.LostFailed != 1 || r.LostStalled != 0 || r.Stalled {
			t.Errorf("%+v", r)
		}
	})
}

func TestFullDevice(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	w := New(f, Options{Notice: notice})
	if err := w.line("x"); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Error(err)
	}
	if err := w.Sync(); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Error(err)
	}
	if err := w.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "1 log lines are lost") {
		t.Error(err)
	}
	if r := w.Report(); r.LostFailed != 1 {
		t.Errorf("%+v", r)
	}
}
