package logcore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is the time of every entry.
type noon struct{}

var start = time.Date(2026, 11, 5, 12, 0, 0, 123456000, time.FixedZone("east", 3600))

func (noon) Now() time.Time                       { return start }
func (noon) NewTicker(time.Duration) *time.Ticker { panic("nobody ticks") }

// sink is a writer that keeps each write, and fails as it is told.
type sink struct {
	mu     sync.Mutex
	writes []string
	syncs  int
	accept int // bytes of the next writes, with an error; negative: all, without
	panics bool
	held   chan struct{} // writes wait for it to be closed
}

var errDisk = errors.New("no space left on device")

func newSink() *sink { return &sink{accept: -1} }

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held != nil {
		<-held
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.panics {
		panic("the writer is broken")
	}
	if s.accept >= 0 {
		n := min(s.accept, len(b))
		s.writes = append(s.writes, string(b[:n]))
		return n, errDisk
	}
	s.writes = append(s.writes, string(b))
	return len(b), nil
}

func (s *sink) Sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.syncs++
	return nil
}

func (s *sink) set(change func(*sink)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.writes, "")
}

// harness is a core and both its outputs.
type harness struct {
	*zap.Logger
	core    *logcore.Core
	lines   *linewriter.Writer
	out     *sink
	records *testutil.LogRecords
	level   zap.AtomicLevel
}

func newHarness(t testing.TB, change ...func(*logcore.Options)) *harness {
	t.Helper()
	h := &harness{out: newSink(), records: new(testutil.LogRecords), level: zap.NewAtomicLevelAt(zap.DebugLevel)}
	h.lines = linewriter.New(h.out, linewriter.Options{Notice: logcore.LostLine})
	t.Cleanup(func() { _ = h.lines.Close(context.Background()) })
	o := logcore.Options{Lines: h.lines, Provider: h.records.Provider(sdklog.WithAllowKeyDuplication()), Name: "test", Level: h.level}
	for _, c := range change {
		c(&o)
	}
	core, err := logcore.New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.core = core
	h.Logger = zap.New(core, zap.WithClock(noon{}), zap.ErrorOutput(zapcore.AddSync(new(bytes.Buffer))))
	return h
}

// line returns the only line so far, and forgets it.
func (h *harness) line(t testing.TB) string {
	t.Helper()
	if err := h.Sync(); err != nil {
		t.Fatal(err)
	}
	text := h.out.String()
	h.out.set(func(s *sink) { s.writes = nil })
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") || !json.Valid([]byte(text)) {
		t.Fatalf("no single line of JSON: %q", text)
	}
	return text
}

// record returns the only record so far, and forgets it.
func (h *harness) record(t testing.TB) sdklog.Record {
	t.Helper()
	all := h.records.Take()
	if len(all) != 1 {
		t.Fatalf("%d records; want 1", len(all))
	}
	return all[0]
}

type secretKey struct{}

const secret = "swordfish"

// traced returns a context with a span whose ids end in id, and with a secret.
func traced(t testing.TB, id byte) context.Context {
	ctx := context.WithValue(t.Context(), secretKey{}, secret)
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{15: id}, SpanID: trace.SpanID{7: id}, TraceFlags: trace.FlagsSampled,
	}))
}
