package observe_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// A slowCore waits before it writes a message.
type slowCore struct {
	zapcore.Core
	message string
	wait    <-chan struct{}
}

func (c slowCore) Check(e zapcore.Entry, line *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return line.AddCore(e, c)
}

func (c slowCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	if e.Message == c.message {
		<-c.wait
	}
	return c.Core.Write(e, fields)
}

var failing = health.Check{Name: "queue", Interval: time.Second, Run: func(context.Context) error { return errors.New("down") }}

// TestFirstLine: no line comes before the one that says what is observed, though
// checks run from the start, and each keeps its time.
func TestFirstLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, seen := observer.New(zapcore.InfoLevel)
		written := make(chan struct{})
		began := time.Now()
		o, err := observe.Start(t.Context(), observe.WithAddress(""), observe.WithProfiles(""), observe.WithDrain(0), observe.WithChecks(failing),
			observe.WithLogger(zap.New(slowCore{core, "observing", written})))
		if err != nil {
			t.Fatal(err)
		}
		store, err := o.Wrap(kvdb.NewMemory(nil))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if took := time.Since(began); took != time.Second {
			t.Errorf("a logger that does not return costs Start %v", took)
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if lines := seen.All(); len(lines) != 0 {
			t.Errorf("before the first line there is %q", lines[0].Message)
		}
		close(written)
		synctest.Wait()
		var got []string
		for _, line := range seen.All() {
			check, _ := line.ContextMap()["check"].(string)
			got = append(got, strings.TrimSpace(line.Message+" "+check))
			if !line.Time.Equal(began) {
				t.Errorf("%s at %v, want %v", line.Message, line.Time, began)
			}
		}
		if strings.Join(got, ", ") != "observing, check changed queue" {
			t.Errorf("the lines are %q", got)
		}
		if err := o.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A slowProvider takes its time, in which checks run.
type slowProvider struct{ noop.MeterProvider }

func (p slowProvider) Meter(name string, o ...metric.MeterOption) metric.Meter {
	<-time.After(time.Second)
	return p.MeterProvider.Meter(name, o...)
}

// TestFirstLineBeforeThoseOfStores: these are written by whoever calls a store.
func TestFirstLineBeforeThoseOfStores(t *testing.T) {
	core, seen := observer.New(zapcore.InfoLevel)
	slow := make(chan struct{})
	time.AfterFunc(50*time.Millisecond, func() { close(slow) })
	o, err := observe.Start(t.Context(), observe.WithAddress(""), observe.WithProfiles(""),
		observe.WithLogger(zap.New(slowCore{core, "observing", slow})))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(t.Context())
	store, err := o.Wrap(kvdb.NewMemory(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Put(t.Context(), nil, nil); err == nil {
		t.Fatal("the empty key is no error")
	}
	if lines := seen.All(); len(lines) < 2 || lines[0].Message != "observing" || lines[1].Message != "operation failed" {
		t.Errorf("%v", lines)
	}
}

// TestLineOfAFailedStart: lines that waited for the first one are written where there
// will be none.
func TestLineOfAFailedStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, seen := observer.New(zapcore.InfoLevel)
		full := http.NewServeMux()
		full.HandleFunc("/metrics", func(http.ResponseWriter, *http.Request) {})
		_, err := observe.Start(t.Context(), observe.WithLogger(zap.New(core)), observe.WithProfiles(""), observe.WithMux(full),
			observe.WithChecks(failing), observe.WithHealthOptions(health.WithMeterProvider(slowProvider{})))
		if err == nil {
			t.Fatal("it has started")
		}
		var got []string
		for _, line := range seen.All() {
			got = append(got, line.Message)
		}
		if strings.Join(got, ", ") != "check changed" || strings.Contains(err.Error(), "not written") {
			t.Errorf("the lines are %q, %v", got, err)
		}
	})
}

// TestLastLine says why the program has ended, how long that took and what went wrong.
func TestLastLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, seen := observer.New(zapcore.InfoLevel)
		hung := make(chan struct{})
		hangs := health.Check{Name: "hangs", Interval: time.Minute, Run: func(context.Context) error { <-hung; return nil }}
		o, err := observe.Start(t.Context(), observe.WithAddress(""), observe.WithProfiles(""), observe.WithDrain(7*time.Second),
			observe.WithChecks(hangs), observe.WithLogger(zap.New(core)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("interrupt signal received"))
		if err := o.Drain(ctx); err != nil {
			t.Error(err)
		}
		<-time.After(3 * time.Second) // the program closes its stores
		err = o.Shutdown(ctx)
		close(hung)
		if err == nil {
			t.Error("the check that hangs is not named")
		}
		lines := seen.FilterMessage("observing ended").All()
		if len(lines) != 1 {
			t.Fatalf("%d lines", len(lines))
		}
		line := lines[0].ContextMap()
		text, _ := line["error"].(string)
		took, _ := line["duration_ms"].(float64)
		if line["reason"] != "interrupt signal received" || line["drain_ms"] != 7000.0 || took < 10_000 || took > 15_000 ||
			!strings.Contains(text, "hangs") || lines[0].Level != zapcore.WarnLevel {
			t.Errorf("%v: %v", lines[0].Level, line)
		}
	})
}

// TestLastLineWithoutReason: nobody has cancelled the context, or nobody said why.
func TestLastLineWithoutReason(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, ctx := range []context.Context{context.Background(), cancelled} {
		o, log := start(t)
		if err := o.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		lines := log.all("observing ended")
		if len(lines) != 1 || lines[0]["level"] != "info" || lines[0]["reason"] != nil || lines[0]["drain_ms"] != nil || lines[0]["error"] != nil {
			t.Errorf("%v", lines)
		}
	}
}

// A heldWriter takes nothing until it is released.
type heldWriter struct {
	lines
	released <-chan struct{}
}

func (w *heldWriter) Write(p []byte) (int, error) {
	<-w.released
	return w.lines.Write(p)
}

// TestLostLines are counted in the last one.
func TestLostLines(t *testing.T) {
	released := make(chan struct{})
	log := &heldWriter{released: released}
	o, err := observe.Start(t.Context(), onFreePorts(log)...)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // more than can wait
		o.Logger().Info(strings.Repeat("x", 1<<20))
	}
	lost := o.Telemetry().Losses().LogLines
	close(released)
	eventually(t, "the output has caught up", func() bool {
		o.Logger().Info("there")
		return len(log.all("there")) > 0
	})
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	lines := log.all("observing ended")
	if len(lines) != 1 || lines[0]["level"] != "warn" || lost == 0 || lines[0]["dropped"].(float64) < float64(lost) {
		t.Errorf("%d lines are lost, the last one says %v", lost, lines)
	}
}
