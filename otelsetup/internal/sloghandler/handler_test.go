package sloghandler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otellog "go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
	"github.com/otelkv/otelkv/otelsetup/internal/sloghandler"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// harness is a handler, a logger of zap beside it, and what both have written.
type harness struct {
	*sloghandler.Handler
	zap     *zap.Logger
	level   zap.AtomicLevel
	lines   *linewriter.Writer
	out     *bytes.Buffer
	records *testutil.LogRecords
}

func newHarness(t testing.TB, change ...func(*logcore.Options)) *harness {
	t.Helper()
	h := &harness{out: new(bytes.Buffer), records: new(testutil.LogRecords), level: zap.NewAtomicLevelAt(zap.DebugLevel)}
	h.lines = linewriter.New(h.out, linewriter.Options{})
	t.Cleanup(func() { _ = h.lines.Close(context.Background()) })
	o := logcore.Options{
		Lines: h.lines, Name: "test", Level: h.level,
		Provider: h.records.Provider(sdklog.WithAllowKeyDuplication()),
	}
	for _, c := range change {
		c(&o)
	}
	core, err := logcore.New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.Handler = sloghandler.New(sloghandler.Options{Core: core, Source: true})
	h.zap = zap.New(core)
	return h
}

// take returns the lines so far without their times and places, and forgets them and the records.
func (h *harness) take(t testing.TB) (lines string, all []sdklog.Record) {
	t.Helper()
	if err := h.lines.Sync(); err != nil {
		t.Fatal(err)
	}
	lines = changing.ReplaceAllString(h.out.String(), "")
	h.out.Reset()
	return lines, h.records.Take()
}

var changing = regexp.MustCompile(`"timestamp":"[^"]*",|"caller":"[^"]*",`)

func traced(t testing.TB) context.Context {
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{15: 1}, SpanID: trace.SpanID{7: 1}, TraceFlags: trace.FlagsSampled,
	}))
}

const ids = `"trace_id":"00000000000000000000000000000001","span_id":"0000000000000001","trace_flags":"01",`

// TestSlogtest: the handler does what package slog asks of one. Time, message, level and source have our
// names.
func TestSlogtest(t *testing.T) {
	var h *harness
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		h = newHarness(t)
		return h
	}, func(t *testing.T) map[string]any {
		if err := h.lines.Sync(); err != nil {
			t.Fatal(err)
		}
		var line map[string]any
		if err := json.Unmarshal(h.out.Bytes(), &line); err != nil {
			t.Fatalf("%v in %q", err, h.out)
		}
		for ours, theirs := range map[string]string{"timestamp": slog.TimeKey, "message": slog.MessageKey, "caller": slog.SourceKey} {
			if v, ok := line[ours]; ok {
				delete(line, ours)
				line[theirs] = v
			}
		}
		if file, rest, ok := strings.Cut(asText(line[slog.SourceKey]), ":"); ok { // a group there, file:line here
			line[slog.SourceKey] = map[string]any{"function": "in the record", "file": file, "line": rest}
		}
		return line
	})
}

func asText(v any) string { s, _ := v.(string); return s }

type valuer struct{ v slog.Value }

func (v valuer) LogValue() slog.Value { return v.v }

type panics struct{}

func (panics) LogValue() slog.Value { panic("oh") }

type loop struct{}

func (loop) LogValue() slog.Value { return slog.GroupValue(slog.Any("again", loop{})) }

// TestLines: what slog's attributes look like in a line.
func TestLines(t *testing.T) {
	for name, test := range map[string]struct {
		log  func(l *slog.Logger)
		want string
	}{
		"values": {func(l *slog.Logger) {
			l.Info("m", "s", "text", "i", 1, "u", uint64(math.MaxUint64), "f", 1.5, "nan", math.NaN(), "b", true,
				"d", 1500*time.Millisecond, "t", time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC), "nothing", nil, "list", []string{"a"})
		}, `"s":"text","i":1,"u":"18446744073709551615","f":1.5,"nan":"NaN","b":true,"d":1.5,"t":"2026-11-05T12:00:00.000000000Z","nothing":null,"list":["a"]`},
		"an error": {func(l *slog.Logger) { l.Info("m", "error", errors.New("disk full")) }, `"error":"disk full"`},
		"a group":  {func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", 1, slog.Group("h", "b", 2))) }, `"g":{"a":1,"h":{"b":2}}`},
		"groups of nothing": {func(l *slog.Logger) {
			l.WithGroup("x").Info("m", slog.Group("g", "h", valuer{slog.GroupValue()}), slog.Attr{})
		}, ``},
		"groups that are bound": {func(l *slog.Logger) {
			l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").WithGroup("i").Info("m", "c", 3)
		}, `"a":1,"g":{"b":2,"h":{"i":{"c":3}}}`},
		"two of one group": {func(l *slog.Logger) {
			g := l.WithGroup("g")
			first := g.WithGroup("h")
			g.WithGroup("other")
			first.Info("m", "c", 3)
		}, `"g":{"h":{"c":3}}`},
		"a LogValuer":              {func(l *slog.Logger) { l.Info("m", "v", valuer{slog.IntValue(7)}) }, `"v":7`},
		"a LogValuer without name": {func(l *slog.Logger) { l.Info("m", "", valuer{slog.GroupValue(slog.Int("a", 1))}) }, `"a":1`},
		"our names":                {func(l *slog.Logger) { l.Info("m", "level", "gold", "message", 1, "timestamp", 2) }, `"level_1":"gold","message_1":1,"timestamp_1":2`},
		"a name twice":             {func(l *slog.Logger) { l.With("a", 1).Info("m", "a", 2) }, `"a_1":1,"a":2`},
		"not UTF-8":                {func(l *slog.Logger) { l.Info("m", "a\xff", "b\xff") }, `"a�":"b�"`},
		"a context":                {func(l *slog.Logger) { l.Info("m", "ctx", context.Background(), "a", 1) }, `"a":1`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			test.log(slog.New(h))
			want := `{"level":"info","message":"m",` + test.want + "}\n"
			if test.want == "" {
				want = `{"level":"info","message":"m"}` + "\n"
			}
			if got, _ := h.take(t); got != want {
				t.Errorf("got  %swant %s", got, want)
			}
		})
	}
}

// TestSickValues: a LogValuer that panics, and one that contains itself, cost themselves only.
func TestSickValues(t *testing.T) {
	h := newHarness(t)
	slog.New(h).Info("m", "bad", panics{}, "self", loop{}, "good", 1)
	line, all := h.take(t)
	for _, part := range []string{`LogValue panicked`, `"again":"` + logcore.TooDeep + `"`, `"good":1}`} {
		if !strings.Contains(line, part) {
			t.Errorf("no %s in %s", part, line)
		}
	}
	if len(all) != 1 {
		t.Errorf("%d records", len(all))
	}
}

// TestAsZap: both loggers say the same of the same, in both outputs.
func TestAsZap(t *testing.T) {
	err := errors.New("disk full")
	for name, test := range map[string]struct {
		slog func(context.Context, *slog.Logger)
		zap  func(*zap.Logger)
	}{
		"fields": {
			func(ctx context.Context, l *slog.Logger) {
				l.WarnContext(ctx, "m", "took", time.Second, "n", 1, "error", err)
			},
			func(l *zap.Logger) { l.Warn("m", zap.Duration("took", time.Second), zap.Int("n", 1), zap.Error(err)) },
		},
		"bound": {
			func(ctx context.Context, l *slog.Logger) {
				l.With("a", 1).WithGroup("g").With("b", 2).ErrorContext(ctx, "m", "c", 3)
			},
			func(l *zap.Logger) {
				l.With(zap.Int("a", 1)).With(zap.Namespace("g"), zap.Int("b", 2)).Error("m", zap.Int("c", 3))
			},
		},
		"names": {
			func(ctx context.Context, l *slog.Logger) {
				l.DebugContext(ctx, "m", "level", 1, "trace_id", 2, "x", 3, "x", 4)
			},
			func(l *zap.Logger) {
				l.Debug("m", zap.Int("level", 1), zap.Int("trace_id", 2), zap.Int("x", 3), zap.Int("x", 4))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			ctx := traced(t)
			test.slog(ctx, slog.New(h))
			line, records := h.take(t)
			test.zap(h.zap.With(tracefield.Context(ctx)))
			wantLine, wantRecords := h.take(t)
			if line != wantLine || !strings.Contains(line, ids) {
				t.Errorf("slog %szap  %s", line, wantLine)
			}
			if len(records) != 1 || len(wantRecords) != 1 {
				t.Fatalf("%d records, and %d of zap", len(records), len(wantRecords))
			}
			got, want := described(records[0]), described(wantRecords[0])
			if got != want {
				t.Errorf("record of slog %s\nrecord of zap  %s", got, want)
			}
		})
	}
}

// described returns what a record says beside its times and its place.
func described(r sdklog.Record) string {
	var b strings.Builder
	b.WriteString(r.Body().String() + " " + r.Severity().String() + " " + r.SeverityText() + " " + r.TraceID().String() + " " + r.SpanID().String())
	r.WalkAttributes(func(a attribute.KeyValue) bool {
		if !strings.HasPrefix(string(a.Key), "code.") {
			b.WriteString(" " + string(a.Key) + "=" + a.Value.String())
		}
		return true
	})
	return b.String()
}

// TestLevels: each level is let through as zap's are, and its severity is exact in the record.
func TestLevels(t *testing.T) {
	for _, test := range []struct {
		level    slog.Level
		at       zapcore.Level // the highest level of zap that lets it through
		name     string
		severity otellog.Severity
		text     string
	}{
		{slog.LevelDebug, zapcore.DebugLevel, "debug", otellog.SeverityDebug, "debug"},
		{slog.LevelInfo, zapcore.InfoLevel, "info", otellog.SeverityInfo, "info"},
		{slog.LevelWarn, zapcore.WarnLevel, "warn", otellog.SeverityWarn, "warn"},
		{slog.LevelError, zapcore.ErrorLevel, "error", otellog.SeverityError, "error"},
		{slog.LevelInfo + 2, zapcore.InfoLevel, "info", otellog.SeverityInfo3, "INFO+2"},
		{slog.LevelInfo - 1, zapcore.DebugLevel, "debug", otellog.SeverityDebug4, "DEBUG+3"},
		{slog.LevelError + 4, zapcore.ErrorLevel, "error", otellog.SeverityFatal, "ERROR+4"},
		{slog.LevelDebug - 4, zapcore.DebugLevel - 1, "debug", otellog.SeverityTrace, "DEBUG-4"},
		{math.MaxInt, zapcore.ErrorLevel, "error", otellog.SeverityFatal4, slog.Level(math.MaxInt).String()},
		{math.MinInt, -16, "debug", otellog.SeverityTrace, slog.Level(math.MinInt).String()},
	} {
		h := newHarness(t)
		h.level.SetLevel(test.at + 1)
		l := slog.New(h)
		l.Log(t.Context(), test.level, "m")
		_ = h.Handle(t.Context(), slog.NewRecord(time.Now(), test.level, "m", 0)) // as a handler that does not ask
		if line, all := h.take(t); line != "" || len(all) != 0 {
			t.Errorf("%v at %v: %s", test.level, test.at+1, line)
		}
		h.level.SetLevel(test.at)
		l.Log(t.Context(), test.level, "m", "severity_number", 1)
		line, all := h.take(t)
		exact := `"severity_number":1}`
		if test.name != test.text {
			number, _ := json.Marshal(int(test.severity))
			exact = `"severity_number":` + string(number) + `,"message":"m","severity_number_1":1}`
		}
		if !strings.HasPrefix(line, `{"level":"`+test.name+`",`) || !strings.Contains(line, exact) {
			t.Errorf("%v: %s, want %s and %s", test.level, line, test.name, exact)
		}
		if len(all) != 1 || all[0].Severity() != test.severity || all[0].SeverityText() != test.text {
			t.Errorf("%v: records %v", test.level, all)
		}
	}
}

// TestContextAttributes: the span is that of the call, else that of a context among the attributes, be it bound.
func TestContextAttributes(t *testing.T) {
	spanless := t.Context()
	other := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{15: 9}, SpanID: trace.SpanID{7: 9}}))
	for name, log := range map[string]func(l *slog.Logger){
		"a spanless one beside the call's": func(l *slog.Logger) { l.InfoContext(traced(t), "m", "c", spanless) },
		"another span's":                   func(l *slog.Logger) { l.InfoContext(traced(t), "m", "c", other) },
		"in a group":                       func(l *slog.Logger) { l.WithGroup("g").InfoContext(traced(t), "m", "c", other) },
		"the only one":                     func(l *slog.Logger) { l.Info("m", "c", traced(t)) },
		"bound":                            func(l *slog.Logger) { l.With("c", traced(t)).Info("m") },
		"bound, and another span's call":   func(l *slog.Logger) { l.With("c", other).InfoContext(traced(t), "m") },
		"bound, and derived":               func(l *slog.Logger) { l.With("c", traced(t)).WithGroup("g").Info("m") },
		"one that panics":                  func(l *slog.Logger) { l.InfoContext(sickContext{spanless}, "m", "c", traced(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			log(slog.New(h))
			line, all := h.take(t)
			if want := `{"level":"info",` + ids + `"message":"m"}` + "\n"; line != want {
				t.Errorf("got  %swant %s", line, want)
			}
			if len(all) != 1 || all[0].SpanID() != (trace.SpanID{7: 1}) {
				t.Errorf("records %v", all)
			}
		})
	}
}

// sickContext is one that panics when it is asked.
type sickContext struct{ context.Context }

func (sickContext) Value(any) any { panic("oh") }

// TestRoom: what a record left in the room for fields is gone, and a core that keeps fields has its own.
func TestRoom(t *testing.T) {
	kept := new(keeper)
	l := slog.New(sloghandler.New(sloghandler.Options{Core: kept}))
	l.Info("m", "a", 1)
	l.Info("m", "a", 2)
	if len(kept.fields) != 2 || kept.fields[0][1].Integer != 1 || kept.fields[1][1].Integer != 2 {
		t.Errorf("fields %v", kept.fields)
	}
	h := newHarness(t)
	gone := make(chan struct{})
	logHeld(slog.New(h), func() { close(gone) })
	h.take(t)
	for deadline := time.Now().Add(time.Minute); ; {
		runtime.GC()
		select {
		case <-gone:
			return
		default:
			if time.Now().After(deadline) {
				t.Fatal("the value of a line is still held")
			}
		}
	}
}

// logHeld logs memory that nobody else has, and says when it is gone.
func logHeld(l *slog.Logger, gone func()) {
	held := new(int)
	runtime.AddCleanup(held, func(gone func()) { gone() }, gone)
	l.Info("m", "a", holder{held})
}

// holder has text of its own, and memory that nobody else has.
type holder struct{ p *int }

func (holder) String() string { return "held" }

// keeper is a core that keeps what it gets.
type keeper struct {
	zapcore.LevelEnabler
	fields [][]zapcore.Field
}

func (k *keeper) Enabled(zapcore.Level) bool        { return true }
func (k *keeper) With([]zapcore.Field) zapcore.Core { return k }
func (k *keeper) Sync() error                       { return nil }
func (k *keeper) Write(_ zapcore.Entry, f []zapcore.Field) error {
	k.fields = append(k.fields, f)
	return nil
}

func (k *keeper) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, k)
}

// TestSource: a line says where it was written, and the record has it by its names.
func TestSource(t *testing.T) {
	h := newHarness(t)
	slog.New(h).Info("m")
	_ = h.lines.Sync()
	if line := h.out.String(); !strings.Contains(line, `"caller":"sloghandler/handler_test.go:`) {
		t.Errorf("line %s", line)
	}
	h.out.Reset()
	quiet := newHarness(t)
	quiet.Handler = sloghandler.New(sloghandler.Options{Core: quiet.zap.Core()})
	slog.New(quiet).Info("m")
	_ = quiet.lines.Sync()
	if line := quiet.out.String(); strings.Contains(line, "caller") {
		t.Errorf("line %s", line)
	}
	_, all := h.take(t)
	got := make(map[string]string)
	all[0].WalkAttributes(func(a attribute.KeyValue) bool {
		got[string(a.Key)] = a.Value.String()
		return true
	})
	if !strings.HasSuffix(got["code.file.path"], "/handler_test.go") || !strings.HasSuffix(got["code.function.name"], ".TestSource") || got["code.line.number"] == "" || len(got) != 3 {
		t.Errorf("attributes %v", got)
	}
}

// TestSampling: a record without a time is sampled as others are.
func TestSampling(t *testing.T) {
	h := newHarness(t, func(o *logcore.Options) { o.Sampling = &logcore.Sampling{Tick: time.Hour, First: 2} })
	for range 5 {
		_ = h.Handle(t.Context(), slog.NewRecord(time.Time{}, slog.LevelInfo, "again", 0))
	}
	_ = h.lines.Sync()
	if text := h.out.String(); strings.Count(text, "\n") != 2 || strings.Contains(text, "timestamp") {
		t.Errorf("lines %s", text)
	}
	if _, all := h.take(t); len(all) != 2 || !all[0].Timestamp().IsZero() {
		t.Errorf("records %v", all)
	}
}

// TestForeignCore: a core of the program's own gets the ids as fields, and nothing that is ours.
func TestForeignCore(t *testing.T) {
	var out bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "msg"}), zapcore.AddSync(&out), zap.DebugLevel)
	l := slog.New(sloghandler.New(sloghandler.Options{Core: core}))
	l.Log(traced(t), slog.LevelInfo+1, "m", "a", 1)
	if want := `{"msg":"m",` + ids + `"a":1}` + "\n"; out.String() != want {
		t.Errorf("got %swant %s", out.String(), want)
	}
}

// TestWriteErrors: what cannot be written is told, and the caller goes on.
func TestWriteErrors(t *testing.T) {
	var told bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{}), zapcore.AddSync(fails{}), zap.DebugLevel)
	h := sloghandler.New(sloghandler.Options{Core: core, Errors: zapcore.AddSync(&told)})
	if err := h.Handle(t.Context(), slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)); err != nil {
		t.Error(err)
	}
	if !strings.Contains(told.String(), "no space") {
		t.Errorf("told %q", told.String())
	}
}

type fails struct{}

func (fails) Write([]byte) (int, error) { return 0, errors.New("no space") }
