package otelsetup_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup"
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
	tel, err := otelsetup.Start(t.Context())
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
