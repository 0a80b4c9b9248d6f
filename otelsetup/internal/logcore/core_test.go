package logcore_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

type panickingProvider struct{ log.LoggerProvider }

func (p panickingProvider) Logger(name string, o ...log.LoggerOption) log.Logger {
	if name == "test" {
		return p.LoggerProvider.Logger(name, o...)
	}
	panic("no logger for " + name)
}

func TestNewRefuses(t *testing.T) {
	for name, o := range map[string]logcore.Options{
		"writer":   {},
		"tick":     {Writer: newSink(), Sampling: &logcore.Sampling{First: 1}},
		"negative": {Writer: newSink(), Sampling: &logcore.Sampling{Tick: time.Second, First: -1}},
	} {
		if core, err := logcore.New(o); err == nil || core != nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, %v", name, core, err)
		}
	}
}

// Without a provider and a level it writes JSON from info up.
func TestDefaults(t *testing.T) {
	out := newSink()
	core, err := logcore.New(logcore.Options{Writer: out})
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	l := zap.New(core).With(zap.Int("a", 1))
	l.Debug("hidden")
	if err := core.Write(zapcore.Entry{Message: "a\xff", LoggerName: "b\xff"}, nil); err != nil {
		t.Error(err)
	}
	if err := errors.Join(l.Sync(), core.Close(), core.Close()); err != nil {
		t.Error(err)
	}
	at, rest, _ := strings.Cut(strings.TrimPrefix(out.String(), `{"timestamp":"`), `"`)
	if when, err := time.Parse(time.RFC3339Nano, at); err != nil || when.Before(before.Round(0)) || when.After(time.Now()) {
		t.Errorf("timestamp %q", at)
	}
	if want := `,"level":"info","logger":"b�","message":"a�"}` + "\n"; rest != want {
		t.Errorf("%q; want %q", rest, want)
	}
	if got := zapcore.LevelOf(core); got != zap.InfoLevel {
		t.Errorf("level %v", got)
	}
}

func TestOneLevelAndOneSampler(t *testing.T) {
	h := newHarness(t, func(o *logcore.Options) {
		o.Sampling = &logcore.Sampling{Tick: time.Minute, First: 2, Thereafter: 3}
	})
	h.level.SetLevel(zap.WarnLevel)
	bound := h.With(zap.Int("a", 1))
	for range 10 {
		h.Info("hidden")
		bound.Warn("shown")
	}
	h.level.SetLevel(zap.InfoLevel)
	h.Info("other")
	if err := h.Sync(); err != nil {
		t.Fatal(err)
	}
	var records, lines []string
	for _, r := range h.records.take() {
		records = append(records, r.Body().AsString())
	}
	for line := range strings.Lines(h.out.String()) {
		_, message, _ := strings.Cut(line, `"message":"`)
		lines = append(lines, message[:5])
	}
	// 1, 2, 5, 8 of ten.
	if want := "[shown shown shown shown other]"; fmt.Sprint(lines) != want || fmt.Sprint(records) != want {
		t.Errorf("lines %v, records %v; want %s", lines, records, want)
	}
	if got := h.core.Dropped(); got != 6 {
		t.Errorf("dropped %d; want 6", got)
	}
	if derived := h.core.With(nil).(*logcore.Core); derived.Dropped() != 6 || derived.Level() != zap.InfoLevel {
		t.Error("a derived core does not know of what its origin does")
	}
}

func TestNoAllocationWhenOff(t *testing.T) {
	for name, sampling := range map[string]*logcore.Sampling{"all": nil, "sampled": {Tick: time.Second, First: 1}} {
		h := newHarness(t, func(o *logcore.Options) { o.Sampling = sampling })
		h.level.SetLevel(zap.ErrorLevel)
		if n := testing.AllocsPerRun(100, func() {
			if h.Check(zap.InfoLevel, "m") != nil {
				t.Error("on")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestFlush(t *testing.T) {
	var flushes atomic.Int32
	down := errors.New("the receiver is down")
	h := newHarness(t, func(o *logcore.Options) {
		o.Flush = func() error { flushes.Add(1); return down }
	})
	stop := zap.WithFatalHook(zapcore.WriteThenPanic) // in place of an exit
	for _, test := range []struct {
		name    string
		log     func(*zap.Logger)
		flushed bool
	}{
		{"error", func(l *zap.Logger) { l.Error("m") }, false},
		{"dpanic", func(l *zap.Logger) { l.DPanic("m") }, true},
		{"panic", func(l *zap.Logger) { l.Panic("m") }, true},
		{"fatal", func(l *zap.Logger) { l.WithOptions(stop).Fatal("m") }, true},
		{"sync", func(l *zap.Logger) {
			if err := l.Sync(); !errors.Is(err, down) {
				t.Errorf("Sync = %v", err)
			}
		}, true},
	} {
		flushes.Store(0)
		h.Info("before")
		func() {
			defer func() { _ = recover() }()
			test.log(h.Logger)
		}()
		if got := flushes.Load() == 1; got != test.flushed {
			t.Errorf("%s: %d flushes", test.name, flushes.Load())
		}
		if written := h.out.String(); !strings.HasSuffix(written, "\n") || strings.Count(written, `"before"`) == 0 {
			t.Errorf("%s: written %q", test.name, written)
		}
		h.out.set(func(s *sink) { s.writes = nil })
	}
}

func TestFlushThatPanics(t *testing.T) {
	h := newHarness(t, func(o *logcore.Options) { o.Flush = func() error { panic("broken") } })
	h.DPanic("m")
	if err := h.Sync(); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("Sync = %v", err)
	}
}

// Lines below error come within a second, those from error up at once.
func TestLinesAreFlushedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		for range 3 {
			h.Info("m")
			if h.out.String() != "" {
				t.Error("an info line is written at once")
			}
			time.Sleep(time.Second)
			h.line(t)
		}
		h.Info("before")
		h.Error("m")
		h.out.mu.Lock()
		if len(h.out.writes) != 1 || strings.Count(h.out.writes[0], "\n") != 2 {
			t.Errorf("writes %q; want one of two lines", h.out.writes)
		}
		h.out.mu.Unlock()
		h.Info("last")
		if err := h.core.Close(); err != nil {
			t.Error(err)
		}
		h.Info("late")
		if got := h.out.String(); !strings.Contains(got, "last") || !strings.Contains(got, "late") {
			t.Errorf("a line is missing: %s", got)
		}
	})
}

// Each write is of whole lines, whatever their size, and none is lost.
func TestWholeLines(t *testing.T) {
	h := newHarness(t)
	var all sync.WaitGroup
	const writers, lines = 8, 300
	for i := range writers {
		all.Go(func() {
			l := h.With(zap.Int("writer", i), tracefield.Context(traced(t, byte(i+1))))
			for n := range lines {
				l.Info("m", zap.Int("line", n), zap.String("pad", strings.Repeat("x", n*n%5000)))
				if n%100 == 0 {
					l.Error("now", zap.String("huge", strings.Repeat("x", 200_000)))
				}
			}
		})
	}
	all.Wait()
	if err := h.core.Close(); err != nil {
		t.Fatal(err)
	}
	for _, w := range h.out.writes {
		if !strings.HasPrefix(w, "{") || !strings.HasSuffix(w, "}\n") {
			t.Fatalf("a write of a part of a line: %.100q", w)
		}
	}
	if n := len(h.out.writes); n > writers*lines/10 {
		t.Errorf("%d writes for %d lines", n, writers*lines)
	}
	if n := strings.Count(h.out.String(), "\n"); n != writers*(lines+3) {
		t.Errorf("%d lines; want %d", n, writers*(lines+3))
	}
	if n := len(h.records.take()); n != writers*(lines+3) {
		t.Errorf("%d records; want %d", n, writers*(lines+3))
	}
}

// A writer that fails keeps nobody waiting, and gets the lines once it works.
func TestWriterThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.out.set(func(s *sink) { s.accept = 10 })
		h.Error("first")
		h.Info("second")
		h.out.set(func(s *sink) { s.panics = true })
		h.Error("third")
		if err := h.Sync(); err == nil || !strings.Contains(err.Error(), "broken") {
			t.Errorf("Sync = %v", err)
		}
		time.Sleep(time.Second)
		h.out.set(func(s *sink) { s.accept, s.panics = -1, false })
		time.Sleep(time.Second)
		got := h.out.String()
		for i, line := range strings.Split(strings.TrimSpace(got), "\n") {
			if want := []string{"first", "second", "third"}[i]; !strings.Contains(line, want) || !strings.HasPrefix(line, "{") {
				t.Errorf("line %d: %s; want %s", i, line, want)
			}
		}
		if n := strings.Count(got, "\n"); n != 3 {
			t.Errorf("%d lines; want 3: %s", n, got)
		}
	})
}

// What waits for a writer that fails is bounded.
func TestWriterThatNeverWorks(t *testing.T) {
	h := newHarness(t)
	h.out.set(func(s *sink) { s.accept = 0 })
	var lost error
	for range 100 {
		if err := h.core.Write(zapcore.Entry{Message: strings.Repeat("x", 1000)}, nil); err != nil {
			lost = err
		}
	}
	if !errors.Is(lost, errDisk) || !strings.Contains(lost.Error(), "lost") {
		t.Errorf("Write = %v", lost)
	}
	if n := len(h.records.take()); n != 100 {
		t.Errorf("%d records; want all: the writer is not theirs", n)
	}
	if err := h.core.Close(); !errors.Is(err, errDisk) {
		t.Errorf("Close = %v", err)
	}
	h.out.set(func(s *sink) { s.accept = -1 })
	h.Info("late")
	if got := h.out.String(); len(got) > 70_000 || !strings.HasSuffix(got, `"message":"late"}`+"\n") {
		t.Errorf("%d bytes came out in the end: …%q", len(got), got[max(0, len(got)-100):])
	}
}
