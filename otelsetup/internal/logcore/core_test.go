package logcore_test

import (
	"encoding/json"
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
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
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
	lines := linewriter.New(newSink(), linewriter.Options{})
	for name, o := range map[string]logcore.Options{
		"writer":   {},
		"tick":     {Lines: lines, Sampling: &logcore.Sampling{First: 1}},
		"negative": {Lines: lines, Sampling: &logcore.Sampling{Tick: time.Second, First: -1}},
	} {
		if core, err := logcore.New(o); err == nil || core != nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, %v", name, core, err)
		}
	}
}

// Without a provider and a level it writes JSON from info up.
func TestDefaults(t *testing.T) {
	out := newSink()
	core, err := logcore.New(logcore.Options{Lines: linewriter.New(out, linewriter.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	l := zap.New(core).With(zap.Int("a", 1))
	l.Debug("hidden")
	if err := core.Write(zapcore.Entry{Message: "a\xff", LoggerName: "b\xff"}, nil); err != nil {
		t.Error(err)
	}
	if err := l.Sync(); err != nil {
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
	for _, r := range h.records.Take() {
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

// A line of any level is written when the call returns, in one piece with what
// waits.
func TestLinesAreWrittenAtOnce(t *testing.T) {
	h := newHarness(t)
	for _, level := range []zapcore.Level{zap.DebugLevel, zap.InfoLevel, zap.WarnLevel, zap.ErrorLevel} {
		h.Log(level, "m")
		if got := h.out.String(); strings.Count(got, "\n") != 1 {
			t.Errorf("%v: written %q", level, got)
		}
		h.out.set(func(s *sink) { s.writes = nil })
	}
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
				l.Info("m", zap.Int("line", n), zap.String("pad", strings.Repeat("x", n*n%1000)))
				if n%100 == 0 {
					l.Error("now", zap.String("huge", strings.Repeat("x", 50_000)))
				}
			}
		})
	}
	all.Wait()
	if err := h.lines.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, w := range h.out.writes {
		if !strings.HasPrefix(w, "{") || !strings.HasSuffix(w, "}\n") {
			t.Fatalf("a write of a part of a line: %.100q", w)
		}
	}
	if n := strings.Count(h.out.String(), "\n"); n != writers*(lines+3) {
		t.Errorf("%d lines; want %d", n, writers*(lines+3))
	}
	if n := len(h.records.Take()); n != writers*(lines+3) {
		t.Errorf("%d records; want %d", n, writers*(lines+3))
	}
}

// A writer that fails costs lines of JSON only, and their number is written once
// it works.
func TestWriterThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.out.set(func(s *sink) { s.accept = 0 })
		if err := h.core.Write(zapcore.Entry{Message: "first"}, nil); !errors.Is(err, errDisk) {
			t.Errorf("Write = %v", err)
		}
		var lost error
		const lines = 5000
		for range lines {
			lost = h.core.Write(zapcore.Entry{Message: strings.Repeat("x", 1000)}, nil)
		}
		if !errors.Is(lost, errDisk) || !strings.Contains(lost.Error(), "lost") {
			t.Errorf("Write = %v", lost)
		}
		if n := len(h.records.Take()); n != lines+1 {
			t.Errorf("%d records; want all: the writer is not theirs", n)
		}
		if err := h.Sync(); !errors.Is(err, errDisk) {
			t.Errorf("Sync = %v", err)
		}
		h.out.set(func(s *sink) { s.accept = -1 })
		if err := h.lines.Close(t.Context()); err != nil {
			t.Error(err)
		}
		got := h.out.String()
		all := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
		want := fmt.Sprintf(`"level":"warn","message":"log lines dropped","dropped":%d}`, lines+1-(len(all)-1))
		if last := all[len(all)-1]; !strings.Contains(all[0], "first") || !strings.HasSuffix(last, want) || !json.Valid([]byte(last)) {
			t.Errorf("the last line is %s, want …%s", last, want)
		}
	})
}

// What ends a program flushes, but while the output has stalled a line of which
// a program may recover waits no longer than others.
func TestStalledOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var flushes atomic.Int32
		h := newHarness(t, func(o *logcore.Options) {
			o.Flush = func() error { flushes.Add(1); return nil }
		})
		hold := make(chan struct{})
		h.out.set(func(s *sink) { s.held = hold })
		h.Info("stalls")
		began := time.Now()
		for range 10 {
			h.Error("m")
			h.DPanic("m")
			func() {
				defer func() { _ = recover() }()
				h.Panic("m")
			}()
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %v", took)
		}
		if n := flushes.Load(); n != 20 {
			t.Errorf("%d flushes of the records, want 20", n)
		}
		close(hold)
		synctest.Wait()
		if n := strings.Count(h.out.String(), "\n"); n != 31 {
			t.Errorf("%d lines", n)
		}
	})
}
