package exporters

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

// recordingLogger holds its lines to the catalogue.
func recordingLogger() (*zap.Logger, func() []observer.LoggedEntry) {
	core, logs := observer.New(zapcore.DebugLevel)
	return zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core())), logs.All
}

func TestFailureLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := recordingLogger()
		l := newFailureLog(log, environment.Traces, "otlp_http_span_exporter")
		down := errors.New("connection refused\nwith a second line")
		l.observe(10, nil)
		for range 5 { // one line
			l.observe(10, down)
		}
		time.Sleep(failureEvery)
		l.observe(7, down) // another, for it is still so
		l.observe(10, nil) // recovered
		l.observe(10, nil)
		l.observe(10, down) // too soon for a line
		l.observe(10, nil)  // and so for one of the recovery

		got := lines()
		if len(got) != 3 {
			t.Fatalf("%d lines, want 3: %v", len(got), got)
		}
		for i, want := range []map[string]any{
			{"error": "connection refused …", "records": int64(10), "suppressed": nil},
			{"error": "connection refused …", "records": int64(7), "suppressed": int64(4)},
			{"failures": int64(6), "duration_ms": 60000.0},
		} {
			fields := got[i].ContextMap()
			for key, value := range want {
				if fields[key] != value {
					t.Errorf("line %d: %s is %v, want %v", i, key, fields[key], value)
				}
			}
			if fields["signal"] != "traces" || fields["exporter"] != "otlp_http_span_exporter" {
				t.Errorf("line %d: fields %v", i, fields)
			}
		}
		if got[0].Message != "export failed" || got[2].Message != "export works again" {
			t.Errorf("messages %q, %q", got[0].Message, got[2].Message)
		}
	})
}

// A logger that blocks keeps no exporter from its work, and what it held up is
// told of later.
func TestFailureLogBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zap.DebugLevel)
		blocked := make(chan struct{})
		logger := zap.New(core, zap.Hooks(func(zapcore.Entry) error {
			<-blocked
			return nil
		}))
		l := newFailureLog(logger, environment.Traces, "otlp_http_span_exporter")
		began := time.Now()
		for range 100 {
			l.observe(10, errors.New("down"))
			l.mended(1)
		}
		l.observe(0, nil)
		if took := time.Since(began); took > foreign.Moment {
			t.Errorf("exports waited for %v", took)
		}
		close(blocked)
		synctest.Wait()
		l.observe(0, nil)
		l.mended(1)
		all := lines.All()
		if len(all) != 3 || all[0].Message != "export failed" || all[1].Message != "export works again" || all[2].Message != "records mended" {
			t.Fatalf("lines %v", all)
		}
		if got := all[1].ContextMap()["failures"]; got != int64(100) {
			t.Errorf("%v failed exports, want 100", got)
		}
		if got := all[2].ContextMap()["suppressed"]; got != int64(100) {
			t.Errorf("%v suppressed, want 100", got)
		}
	})
}
