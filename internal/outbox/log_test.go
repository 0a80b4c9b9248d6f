package outbox

import (
	stdlog "log"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A gate is a core that waits in each Write until it is opened.
type gate struct {
	zapcore.Core
	open chan struct{}
}

func (g gate) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return c.AddCore(e, g)
}

func (g gate) Write(e zapcore.Entry, fields []zap.Field) error {
	<-g.open
	return g.Core.Write(e, fields)
}

// TestLogTellsWhenItHappened: a line that had to wait keeps its time.
func TestLogTellsWhenItHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zapcore.DebugLevel)
		g := gate{core, make(chan struct{})}
		l := NewLog(zap.New(g))
		began := time.Now()
		for range linesWaiting + 3 {
			l.Info("it happened", zap.Int("a", 1))
			synctest.Wait()
		}
		time.Sleep(time.Hour)
		l.Error("dropped")
		if n, d := l.Dropped(), l.Stalled(time.Now()); n != 3 || d != time.Hour {
			t.Errorf("%d dropped, stalled for %v", n, d)
		}
		close(g.open)
		if left := l.Close(t.Context()); left != 0 {
			t.Errorf("%d left", left)
		}
		if n := lines.FilterMessage("it happened").FilterField(zap.Int("a", 1)).Len(); n != linesWaiting+1 {
			t.Errorf("%d lines", n)
		}
		if n := lines.FilterMessage(catalog.LogLinesDropped).FilterField(zap.Int(catalog.FieldDropped, 3)).Len(); n != 1 {
			t.Errorf("%d lines tell of it: %v", n, lines.All()[:2])
		}
		for _, line := range lines.FilterMessage("it happened").All() {
			if !line.Time.Equal(began) {
				t.Fatalf("a line of %v, want %v", line.Time, began)
			}
		}
	})
}

func TestLogLevels(t *testing.T) {
	core, lines := observer.New(zapcore.InfoLevel)
	l := NewLog(zap.New(core))
	l.Debug("debug")
	l.Info("info")
	l.Warn("warn")
	l.Error("error")
	stdlog.New(l, "", 0).Print("at debug")
	l.Close(t.Context())
	var got []string
	for _, line := range lines.All() {
		got = append(got, line.Level.String()+" "+line.Message)
	}
	if len(got) != 3 || got[0] != "info info" || got[1] != "warn warn" || got[2] != "error error" {
		t.Errorf("%q", got)
	}
	if !l.Writes() {
		t.Error("it does not write")
	}
}

// TestLinesOfItsOwn are as the catalogue says.
func TestLinesOfItsOwn(t *testing.T) {
	logger, lines := testutil.NewLog(t, zapcore.DebugLevel)
	g := gate{logger.Core(), make(chan struct{})}
	l := NewLog(zap.New(g))
	stdlog.New(l, "", 0).Print("http: TLS handshake error")
	for range linesWaiting + 1 {
		l.Info("it happened")
	}
	close(g.open)
	l.Close(t.Context())
	seen := make(map[any]any)
	for _, line := range lines.Lines(t) {
		seen[line["message"]] = line["detail"]
	}
	if seen[catalog.HTTPServerReported] != "http: TLS handshake error" {
		t.Errorf("%v", seen)
	}
	if _, ok := seen[catalog.LogLinesDropped]; !ok {
		t.Errorf("%v", seen)
	}
}

// TestThen makes a call when the lines before it are written, and no call after
// Close.
func TestThen(t *testing.T) {
	core, lines := observer.New(zapcore.InfoLevel)
	g := gate{core, make(chan struct{})}
	l := NewLog(zap.New(g))
	l.Info("it happened")
	written := make(chan int, 1)
	if !l.Then(func() { written <- lines.Len() }) {
		t.Error("the call is dropped")
	}
	close(g.open)
	if n := <-written; n != 1 {
		t.Errorf("%d lines before the call", n)
	}
	l.Close(t.Context())
	if l.Then(func() { t.Error("a call after Close") }) {
		t.Error("it will be made after Close")
	}
}

func TestLogWithoutLogger(t *testing.T) {
	l := NewLog(nil)
	l.Error("nobody hears this")
	if left := l.Close(t.Context()); left != 0 || l.Dropped() != 0 || l.Writes() {
		t.Errorf("%d left, %d dropped", left, l.Dropped())
	}
}
