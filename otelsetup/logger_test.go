package otelsetup

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/testutil"
)

func recordingLogger() (*zap.Logger, func() []observer.LoggedEntry) {
	core, logs := observer.New(zapcore.DebugLevel)
	return zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core())), logs.All
}

func TestDefaultLoggerWritesToStdout(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = stdout }()
	tel, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tel.Logger().Info("hello")
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	w.Close()
	out, err := io.ReadAll(r)
	if err != nil || !strings.Contains(string(out), `"message":"hello"`) || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%q, %v", out, err)
	}
}

func TestErrorHandlerCountsWhatItHoldsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := recordingLogger()
		h := &errorHandler{logger: log, limit: limiter.Limiter{Interval: time.Second}}
		for range 5 {
			h.Handle(io.ErrUnexpectedEOF)
		}
		time.Sleep(time.Second)
		h.Handle(io.ErrUnexpectedEOF)
		time.Sleep(time.Second)
		h.Handle(io.ErrUnexpectedEOF)

		got := lines()
		if len(got) != 3 {
			t.Fatalf("%d lines, want 3", len(got))
		}
		for i, want := range []any{nil, int64(4), nil} {
			if n := got[i].ContextMap()["suppressed"]; n != want {
				t.Errorf("line %d: suppressed %v, want %v", i, n, want)
			}
		}
	})
}

// lockedBuffer is a writer that can be read meanwhile.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = testutil.NotedLines{}.Write(p)
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
