package instrument_test

import (
	"context"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

const hungMessage = "operation in flight for long"

// hungLines returns the lines of operations that hang.
func hungLines(t testing.TB, l *testutil.Log) (lines []map[string]any) {
	for _, line := range l.Lines(t) {
		if line["message"] == hungMessage {
			lines = append(lines, line)
		}
	}
	return lines
}

// hungTest runs a test in a bubble whose clock is hours ahead of those before, since
// profiles of goroutines serve all stores of the process for seconds.
func hungTest(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	hours := hungTests.Add(1)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Duration(hours) * time.Hour)
		f(t)
	})
}

var hungTests atomic.Int64

// One that hangs among others that work gets a line, once, which says in which trace
// and where; and so does the next one.
func TestHungLine(t *testing.T) {
	hungTest(t, func(t *testing.T) {
		h := newHarness(t)
		stop := make(chan struct{})
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_ = h.Put(context.Background(), []byte("other"), nil)
					}
				}
			})
		}
		for round := range 2 {
			release := make(chan struct{})
			h.below.Inject(hang(release))
			ctx, parent := h.sampled(context.WithValue(context.Background(), hanging{}, true))
			for range 20 * round { // more than of any other goroutines
				callers.Go(func() { _ = h.Put(ctx, []byte("secret"), []byte("value")) })
			}
			callers.Go(func() { _ = h.Put(ctx, []byte("secret"), []byte("value")) })
			time.Sleep(28 * time.Second)
			if lines := hungLines(t, h.log); len(lines) != round {
				t.Fatalf("%d lines before the limit: %v", len(lines), lines)
			}
			time.Sleep(time.Minute)
			lines := hungLines(t, h.log)
			if len(lines) != round+1 {
				t.Fatalf("%d lines, want %d: %v", len(lines), round+1, lines)
			}
			line := lines[round]
			if line["operation"] != "put" || line["level"] != "error" || line["trace_id"] != parent.SpanContext().TraceID().String() || line["duration_ms"].(float64) < 30_000 {
				t.Errorf("the line is %v", line)
			}
			stack, _ := line["stack"].(string)
			if !strings.Contains(stack, " oldest_test.go:") || !strings.Contains(stack, "instrument.(*Store).Put store.go:") ||
				!strings.Contains(stack, "instrument_test.TestHungLine") || strings.Contains(stack, "secret") {
				t.Errorf("the stack is %q, of %v", stack, line)
			}
			close(release)
			parent.End()
			time.Sleep(5 * time.Second)
		}
		close(stop)
		callers.Wait()
	})
}

// A transaction is named at its limit, with the stack of who holds it then.
func TestOldTransaction(t *testing.T) {
	hungTest(t, func(t *testing.T) {
		h := newHarness(t)
		release := make(chan struct{})
		ctx, parent := h.sampled(context.Background())
		var caller sync.WaitGroup
		caller.Go(func() {
			_ = as[kvdb.Viewer](t, h).View(ctx, func(kvdb.Reader) error {
				keepView(release)
				return nil
			})
		})
		time.Sleep(2 * time.Minute)
		lines := hungLines(t, h.log)
		if len(lines) != 1 || lines[0]["operation"] != "view" || lines[0]["level"] != "warn" || lines[0]["trace_id"] != parent.SpanContext().TraceID().String() {
			t.Fatalf("the lines are %v", lines)
		}
		if stack, _ := lines[0]["stack"].(string); !strings.Contains(stack, "instrument_test.keepView hung_test.go:") {
			t.Errorf("the stack is %q", stack)
		}
		close(release)
		caller.Wait()
		parent.End()
	})
}

//go:noinline so that the stack shows it
func keepView(release <-chan struct{}) { <-release }

// A Recorder's calls are found as well, those too that are named as operations of a
// store are.
func TestHungCall(t *testing.T) {
	for _, operation := range []string{"lookup", "get"} {
		t.Run(operation, func(t *testing.T) { testHungCall(t, operation) })
	}
}

func testHungCall(t *testing.T, operation string) {
	hungTest(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		r, err := instrument.NewRecorder(kvdb.Info{System: "cache", Namespace: "sessions"}, []string{operation},
			instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		release := make(chan struct{})
		var caller sync.WaitGroup
		caller.Go(func() {
			_, _ = instrument.Do(context.Background(), r.Operation(operation).Call(), func(context.Context) (int, error) {
				keepView(release)
				return 0, nil
			})
		})
		time.Sleep(time.Minute)
		lines := hungLines(t, log)
		if len(lines) != 1 || lines[0]["operation"] != operation {
			t.Fatalf("the lines are %v", lines)
		}
		if stack, _ := lines[0]["stack"].(string); !strings.Contains(stack, "keepView") {
			t.Errorf("the line is %v", lines[0])
		}
		if old := r.Oldest(); len(old) != 1 || old[0].Operation != operation {
			t.Errorf("the oldest are %v", old)
		}
		close(release)
		caller.Wait()
	})
}

// Where all operations of two stores hang, each line has the goroutines of its
// operation, whatever their labels are.
func TestHungAllAtOnce(t *testing.T) {
	hungTest(t, func(t *testing.T) {
		release := make(chan struct{})
		ctx := context.WithValue(context.Background(), hanging{}, true)
		stores := []*harness{newHarness(t), newHarness(t)}
		var callers sync.WaitGroup
		for _, h := range stores {
			h.below.Inject(hang(release))
			for i := range 4 {
				callers.Go(func() {
					pprof.Do(ctx, pprof.Labels("request", strconv.Itoa(i)), func(ctx context.Context) { _ = h.Put(ctx, []byte("key"), nil) })
				})
			}
			callers.Go(func() { _, _ = h.Get(ctx, []byte("key")) })
		}
		time.Sleep(time.Minute)
		for i, h := range stores {
			lines := hungLines(t, h.log)
			if len(lines) != 2 {
				t.Fatalf("%d lines of store %d, want 2: %v", len(lines), i, lines)
			}
			for _, line := range lines {
				n, method := "goroutines: 2\n", "instrument.(*Store).Get "
				if line["operation"] == "put" {
					n, method = "goroutines: 8\n", "instrument.(*Store).Put "
				}
				if stack, _ := line["stack"].(string); !strings.HasPrefix(stack, n) || !strings.Contains(stack, method) {
					t.Errorf("the line of store %d is %v", i, line)
				}
			}
		}
		close(release)
		callers.Wait()
	})
}

// Whenever a store is closed, the line that is being written is, and nothing of it goes on
// afterwards.
func TestHungLineAtClose(t *testing.T) {
	for at := 28 * time.Second; at < 33*time.Second; at += 50 * time.Millisecond { // a line takes 100 ms
		hungTest(t, func(t *testing.T) {
			h := newHarness(t)
			release := make(chan struct{})
			h.below.Inject(hang(release))
			var caller sync.WaitGroup
			caller.Go(func() { _ = h.Put(context.WithValue(context.Background(), hanging{}, true), []byte("key"), nil) })
			time.Sleep(at)
			close(release)
			caller.Wait()
			if err := h.Close(); err != nil {
				t.Error(err)
			}
			before := len(hungLines(t, h.log))
			time.Sleep(time.Minute)
			if after := len(hungLines(t, h.log)); after != before {
				t.Errorf("closed after %v: %d lines at first, then %d", at, before, after)
			}
		})
	}
}

// A logger that hangs holds Close up for a second.
func TestHungLineNeverWritten(t *testing.T) {
	hungTest(t, func(t *testing.T) {
		release := make(chan struct{})
		logger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{}), stuck(release), zapcore.ErrorLevel))
		h := newHarness(t, instrument.WithLogger(logger))
		h.below.Inject(hang(release))
		var caller sync.WaitGroup
		caller.Go(func() { _ = h.Put(context.WithValue(context.Background(), hanging{}, true), []byte("key"), nil) })
		time.Sleep(time.Minute)
		began := time.Now()
		if err := h.Close(); err != nil || time.Since(began) != time.Second {
			t.Errorf("Close took %v: %v", time.Since(began), err)
		}
		close(release)
		caller.Wait()
	})
}

// A stuck is where nothing can be written for now.
type stuck <-chan struct{}

func (s stuck) Write(p []byte) (int, error) { <-s; return len(p), nil }
func (s stuck) Sync() error                 { return nil }
