package otelsetup

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

func TestSDKLoggerLevels(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  []string // of what is said
	}{
		{"", []string{"error", "warn"}},
		{"none", nil},
		{"error", []string{"error"}},
		{"WARN", []string{"error", "warn"}},
		{"info", []string{"error", "warn", "info"}},
		{"debug", []string{"error", "warn", "info", "debug"}},
	} {
		t.Run(tt.value, func(t *testing.T) {
			t.Setenv("OTEL_LOG_LEVEL", tt.value)
			synctest.Test(t, func(t *testing.T) {
				log, lines := recordingLogger()
				l := logr.New(newSDKLogger(log, environment.Variables(os.Getenv).Verbosity())).WithName("otel").WithValues("a", "b")
				say := []func(){
					func() { l.Error(errors.New("no"), "failed") },
					func() { l.V(1).Info("dropped log records", "dropped", 7) },
					func() { l.V(4).Info("created") },
					func() { l.V(8).Info("exporting") },
				}
				for _, f := range say {
					f()
					time.Sleep(time.Second)
				}
				var got []string
				for _, line := range lines() {
					got = append(got, line.Level.String())
				}
				if len(got) != len(tt.want) {
					t.Fatalf("levels %v, want %v", got, tt.want)
				}
				for i := range got {
					if got[i] != tt.want[i] {
						t.Errorf("levels %v, want %v", got, tt.want)
					}
				}
			})
		})
	}
}

// The SDK's values can be whole configurations, and its lines as many as its
// exports.
func TestSDKLoggerLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := recordingLogger()
		l := logr.New(newSDKLogger(log, 8))
		for range 3 {
			l.V(1).Info("dropped log records", "dropped", 7, "config", struct{ Password string }{"hunter2"}, "url", "http://hunter2@host", 3, 4, "odd")
		}
		time.Sleep(time.Second)
		l.Error(nil, "parse", "cause", errors.New("no"), "after", time.Second)

		got := lines()
		if len(got) != 2 {
			t.Fatalf("%d lines, want 2", len(got))
		}
		first, second := got[0].ContextMap(), got[1].ContextMap()
		if got[0].Level != zapcore.WarnLevel || first["detail"] != "dropped log records" || first["dropped"] != int64(7) || len(first) != 2 {
			t.Errorf("fields %v", first)
		}
		if second["suppressed"] != int64(2) || second["cause"] != "no" || second["after"] != time.Second || second["error"] != nil {
			t.Errorf("fields %v", second)
		}
	})
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

// recordingLogger holds its lines to the catalogue.
func recordingLogger() (*zap.Logger, func() []observer.LoggedEntry) {
	core, logs := observer.New(zapcore.DebugLevel)
	return zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core())), logs.All
}
