package clock_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/instrument/internal/clock"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
)

// slow is a store whose Get takes a while.
type slow struct {
	*kvdb.Memory
	takes time.Duration
}

func (s slow) Get(context.Context, []byte) ([]byte, error) {
	<-time.After(s.takes)
	return nil, kvdb.ErrNotFound
}

// A store is one that is wrapped, with what it tells.
type store struct {
	*instrument.Store
	registry *instrument.Registry
	log      *testutil.Log
}

func wrap(t *testing.T, takes time.Duration) store {
	t.Helper()
	logger, log := testutil.NewLog(t, zapcore.InfoLevel)
	r := instrument.NewRegistry()
	s, err := instrument.Wrap(slow{kvdb.NewMemory(nil), takes}, instrument.WithRegistry(r), instrument.WithLogger(logger),
		instrument.WithLogOptions(instrument.LogOptions{Successes: true}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return store{s, r, log}
}

// get returns how long a Get has taken, as its line says.
func (s store) get(t *testing.T) time.Duration {
	t.Helper()
	_, _ = s.Get(t.Context(), []byte("key"))
	lines := s.log.Lines(t)
	ms, ok := lines[len(lines)-1]["duration_ms"].(float64)
	if !ok {
		t.Fatalf("no duration in %v", lines)
	}
	return time.Duration(ms * float64(time.Millisecond))
}

// TestStore: operations of a store are told by the counter, and by the clock of a bubble in one; when the
// counter is given up, that is one line and a metric, and durations stay right. It ends the
// counter of its process, which is one of its own.
func TestStore(t *testing.T) {
	const child = "OTELKV_TEST_ALONE"
	if os.Getenv(child) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), child+"=1", clock.Variable+"=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	clock.UseCounter(t)
	const takes = 10 * time.Millisecond
	s := wrap(t, takes)
	synctest.Test(t, func(t *testing.T) {
		if got := wrap(t, time.Minute).get(t); got != time.Minute {
			t.Errorf("a minute in a bubble is %v", got)
		}
	})
	if clock.Ended() != nil {
		return // this machine has no counter for it
	}
	// A check may come between.
	process.Eventually(t, "a duration by the counter", func() bool {
		clock.Hasten(50)
		began := time.Now()
		got := s.get(t)
		return got > 2*time.Since(began)
	})
	clock.Fall("on purpose")
	began := time.Now()
	if got := s.get(t); got < takes || got > time.Since(began) {
		t.Errorf("a Get of %v to %v is told as %v", takes, time.Since(began), got)
	}
	told := func() (lines []map[string]any) {
		for _, l := range s.log.Lines(t) {
			if l["message"] == "clock fell back" {
				lines = append(lines, l)
			}
		}
		return lines
	}
	process.Eventually(t, "the line", func() bool { return len(told()) > 0 })
	if lines := told(); len(lines) != 1 || lines[0]["reason"] != "on purpose" || lines[0]["level"] != "warn" {
		t.Errorf("lines %v", lines)
	}
	if n := testutil.Collect(t, s.registry.NewProducer()).Sum("kvdb.clock.fallbacks"); n != 1 {
		t.Errorf("kvdb.clock.fallbacks is %v", n)
	}
}
