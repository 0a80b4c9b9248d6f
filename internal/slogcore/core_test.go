package slogcore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/slogcore"
	"github.com/otelkv/otelkv/internal/tracefield"
)

func traced(t testing.TB) context.Context {
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{15: 1}, SpanID: trace.SpanID{7: 1}, TraceFlags: trace.FlagsSampled,
	}))
}

const ids = `,"trace_id":"00000000000000000000000000000001","span_id":"0000000000000001","trace_flags":"01"`

// plain is slog's own handler of JSON, without the time.
func plain(out *bytes.Buffer) slog.Handler {
	return slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
}

type text string

func (s text) String() string { return string(s) }

func TestLines(t *testing.T) {
	for name, test := range map[string]struct {
		log  func(*zap.Logger)
		want string
	}{
		"nothing": {func(l *zap.Logger) { l.Info("m") }, ``},
		"values": {func(l *zap.Logger) {
			l.Info("m", zap.String("s", "a"), zap.Int("i", -1), zap.Uint64("u", 1<<63), zap.Float64("f", 1.5), zap.Bool("b", true),
				zap.Duration("d", time.Second), zap.Time("t", time.Unix(0, 0).UTC()), zap.Error(errors.New("disk full")), zap.Stringer("x", text("y")),
				zap.Strings("list", []string{"a", "b"}), zap.ByteString("bytes", []byte("c")), zap.Reflect("any", map[string]int{"k": 1}), zap.Skip(), zap.Error(nil))
		}, `,"s":"a","i":-1,"u":9223372036854775808,"f":1.5,"b":true,"d":1000000000,"t":"1970-01-01T00:00:00Z","error":"disk full","x":"y","list":["a","b"],"bytes":"c","any":{"k":1}`},
		"an object": {func(l *zap.Logger) {
			l.Info("m", zap.Dict("o", zap.Int("b", 2), zap.Int("a", 1), zap.Dict("p", zap.Bool("c", true))))
		}, `,"o":{"a":1,"b":2,"p":{"c":true}}`},
		"fields in line": {func(l *zap.Logger) { l.Info("m", zap.Inline(object{})) }, `,"a":1,"b":2`},
		"namespaces": {func(l *zap.Logger) {
			l.With(zap.Int("a", 1), zap.Namespace("n"), zap.Int("b", 2)).Info("m", zap.Int("c", 3), zap.Namespace("o"), zap.Int("d", 4), zap.Namespace("p"), zap.Int("e", 5))
		}, `,"a":1,"n":{"b":2,"c":3,"o":{"d":4,"p":{"e":5}}}`},
		"a namespace that is only opened": {func(l *zap.Logger) { l.With(zap.Namespace("n")).Info("m", zap.Int("c", 3)) }, `,"n":{"c":3}`},
		"a span in a namespace": {func(l *zap.Logger) {
			l.Named("db").With(zap.Namespace("n"), zap.Int("b", 2)).Info("m", tracefield.Context(traced(t)), zap.Int("c", 3))
		}, `,"logger":"db"` + ids + `,"n":{"b":2,"c":3}`},
		"a marshaler that panics": {func(l *zap.Logger) {
			l.With(zap.Object("bound", panicking{}), zap.Int("x", 1)).Info("m", zap.Object("o", panicking{}), zap.Int("a", 1))
		}, `,"boundError":"PANIC=oh","x":1,"oError":"PANIC=oh","a":1`},
		"a name":                {func(l *zap.Logger) { l.Named("db").Info("m", zap.Int("a", 1)) }, `,"logger":"db","a":1`},
		"a span":                {func(l *zap.Logger) { l.Info("m", tracefield.Context(traced(t)), zap.Int("a", 1)) }, ids + `,"a":1`},
		"a span that is bound":  {func(l *zap.Logger) { l.With(tracefield.Context(traced(t)), zap.Int("a", 1)).Info("m") }, `,"a":1` + ids},
		"a context without one": {func(l *zap.Logger) { l.Info("m", tracefield.Context(t.Context())) }, ``},
		"a stack": {func(l *zap.Logger) {
			e := zapcore.Entry{Message: "m", Stack: "here"}
			_ = l.Core().Write(e, nil)
		}, `,"stacktrace":"here"`},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			test.log(slogcore.Logger(plain(&out)))
			if want := `{"level":"INFO","msg":"m"` + test.want + "}\n"; out.String() != want {
				t.Errorf("got  %swant %s", out.String(), want)
			}
		})
	}
}

type object struct{}

func (object) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddInt("b", 2)
	enc.AddInt("a", 1)
	return nil
}

func TestLevels(t *testing.T) {
	for level, want := range map[zapcore.Level]string{
		zapcore.DebugLevel: "DEBUG", zapcore.InfoLevel: "INFO", zapcore.WarnLevel: "WARN", zapcore.ErrorLevel: "ERROR",
		zapcore.DPanicLevel: "ERROR+4", zapcore.PanicLevel: "ERROR+4", zapcore.FatalLevel: "ERROR+4",
	} {
		var out bytes.Buffer
		core := slogcore.Logger(plain(&out)).Core()
		if ce := core.Check(zapcore.Entry{Level: level, Message: "m"}, nil); ce == nil {
			t.Errorf("%v is not written", level)
		} else if err := core.Write(ce.Entry, nil); err != nil || !strings.Contains(out.String(), `"level":"`+want+`"`) {
			t.Errorf("%v: %v, %s", level, err, out.String())
		}
	}
}

// picky is a handler that is asked with the context of a line, and remembers it.
type picky struct {
	slog.Handler
	refuses context.Context
	got     func(context.Context)
}

func (p picky) Enabled(ctx context.Context, l slog.Level) bool {
	return ctx != p.refuses && l > slog.LevelInfo
}

func (p picky) Handle(ctx context.Context, r slog.Record) error {
	p.got(ctx)
	return p.Handler.Handle(ctx, r)
}

func TestContext(t *testing.T) {
	var out bytes.Buffer
	var got any
	calls := 0
	type key struct{}
	ctx, refused := context.WithValue(t.Context(), key{}, 1), context.WithValue(t.Context(), key{}, 2)
	l := slogcore.Logger(picky{plain(&out), bare(tracefield.Context(refused)), func(ctx context.Context) { got = ctx.Value(key{}); calls++ }})
	l.Info("below its level")
	l.Warn("not for this one", tracefield.Context(refused))
	if out.Len() > 0 {
		t.Errorf("written: %s", out.String())
	}
	l.Warn("m", tracefield.Context(ctx))
	if calls != 1 || got != 1 {
		t.Errorf("the handler was called with %v", got)
	}
	l.Warn("m")
	if calls != 2 || got != nil {
		t.Errorf("the handler was called with %v", got)
	}
}

func bare(f zap.Field) context.Context { ctx, _ := f.Interface.(context.Context); return ctx }

// sick is a handler that panics where it is told to.
type sick struct {
	slog.Handler
	in string
}

func (s sick) Enabled(ctx context.Context, l slog.Level) bool {
	s.do("Enabled")
	return s.Handler.Enabled(ctx, l)
}

func (s sick) Handle(ctx context.Context, r slog.Record) error {
	s.do("Handle")
	return s.Handler.Handle(ctx, r)
}

func (s sick) WithAttrs(attrs []slog.Attr) slog.Handler {
	s.do("WithAttrs")
	return sick{s.Handler.WithAttrs(attrs), s.in}
}

func (s sick) do(what string) {
	if s.in == what {
		panic("oh")
	}
}

// TestSick: a handler that panics costs its line, or what it panics about.
func TestSick(t *testing.T) {
	for in, want := range map[string]string{"Enabled": "", "Handle": "", "WithAttrs": `{"level":"INFO","msg":"m","b":2}` + "\n"} {
		var out bytes.Buffer
		slogcore.Logger(sick{plain(&out), in}).With(zap.Int("a", 1)).Info("m", zap.Int("b", 2))
		if out.String() != want {
			t.Errorf("%s panics: %q", in, out.String())
		}
	}
	var out bytes.Buffer
	err := slogcore.Logger(sick{plain(&out), "Handle"}).Core().Write(zapcore.Entry{}, nil)
	if err == nil || !strings.Contains(err.Error(), "PANIC=oh") {
		t.Errorf("the error is %v", err)
	}
}

// TestFails: the error of a handler is that of the core.
func TestFails(t *testing.T) {
	full := errors.New("full")
	core := slogcore.Logger(failing{slog.DiscardHandler, full}).Core()
	if err := core.Write(zapcore.Entry{}, nil); !errors.Is(err, full) {
		t.Errorf("the error is %v", err)
	}
	if err := core.Sync(); err != nil {
		t.Error(err)
	}
}

type failing struct {
	slog.Handler
	err error
}

func (failing) Enabled(context.Context, slog.Level) bool    { return true }
func (f failing) Handle(context.Context, slog.Record) error { return f.err }

// finds is a handler that finds spans by itself.
type finds struct{ slog.Handler }

func (finds) FindsSpans() {}

func TestFinder(t *testing.T) {
	var out bytes.Buffer
	slogcore.Logger(finds{plain(&out)}).Info("m", tracefield.Context(traced(t)))
	if strings.Contains(out.String(), "trace_id") {
		t.Errorf("the line has the ids: %s", out.String())
	}
	if slogcore.Logger(nil) != nil {
		t.Error("a logger without a handler")
	}
}

type panicking struct{}

func (panicking) MarshalLogObject(zapcore.ObjectEncoder) error { panic("oh") }

// TestTraced: records go through as they are, with the ids outside of all groups.
func TestTraced(t *testing.T) {
	for name, test := range map[string]struct {
		log  func(context.Context, *slog.Logger)
		want string
	}{
		"a record": {func(ctx context.Context, l *slog.Logger) { l.Log(ctx, slog.LevelInfo+2, "m", "a", 1) }, `"level":"INFO+2","msg":"m"` + ids + `,"a":1`},
		"groups": {func(ctx context.Context, l *slog.Logger) {
			l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("").WithGroup("h").InfoContext(ctx, "m", "d", 4, slog.Group("i", "z", 1, "y", 2, "y", 3))
		}, `"level":"INFO","msg":"m","a":1` + ids + `,"g":{"b":2,"h":{"d":4,"i":{"z":1,"y":2,"y":3}}}`},
		"empty groups": {func(ctx context.Context, l *slog.Logger) { l.WithGroup("g").WithGroup("h").InfoContext(ctx, "m") }, `"level":"INFO","msg":"m"` + ids},
		"two of one group": {func(ctx context.Context, l *slog.Logger) {
			g := l.WithGroup("g").With("a", 1)
			first := g.With("b", 2)
			g.With("c", 3)
			g.WithGroup("other")
			first.InfoContext(ctx, "m")
		}, `"level":"INFO","msg":"m"` + ids + `,"g":{"a":1,"b":2}`},
		"no span": {func(_ context.Context, l *slog.Logger) { l.WithGroup("g").Info("m", "a", 1) }, `"level":"INFO","msg":"m","g":{"a":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			test.log(traced(t), slog.New(slogcore.Traced(plain(&out))))
			if want := "{" + test.want + "}\n"; out.String() != want {
				t.Errorf("got  %swant %s", out.String(), want)
			}
		})
	}
	if h := (finds{slog.DiscardHandler}); slogcore.Traced(h) != slog.Handler(h) {
		t.Error("a handler that finds spans is not left alone")
	}
}

// TestTracedSlogtest: it is what package slog asks of a handler.
func TestTracedSlogtest(t *testing.T) {
	var out bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out.Reset()
		return slogcore.Traced(slog.NewJSONHandler(&out, &slog.HandlerOptions{AddSource: true}))
	}, func(t *testing.T) (line map[string]any) {
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatalf("%v in %s", err, out.String())
		}
		return line
	})
}
