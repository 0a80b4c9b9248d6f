package instrument_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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

// One that hangs among others that work gets a line, once, which says in which trace
// and where; and so does the next one.
func TestHungLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
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
	synctest.Test(t, func(t *testing.T) {
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

// A Recorder's calls are found as well.
func TestHungCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		r := newRecorder(t, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger))
		release := make(chan struct{})
		var caller sync.WaitGroup
		caller.Go(func() {
			_, _ = instrument.Do(context.Background(), r.Operation("lookup").Call(), func(context.Context) (int, error) {
				keepView(release)
				return 0, nil
			})
		})
		time.Sleep(time.Minute)
		lines := hungLines(t, log)
		if len(lines) != 1 || lines[0]["operation"] != "lookup" {
			t.Fatalf("the lines are %v", lines)
		}
		if stack, _ := lines[0]["stack"].(string); !strings.Contains(stack, "keepView") {
			t.Errorf("the line is %v", lines[0])
		}
		if old := r.Oldest(); len(old) != 1 || old[0].Operation != "lookup" {
			t.Errorf("the oldest are %v", old)
		}
		close(release)
		caller.Wait()
	})
}
