package logcore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

func TestContext(t *testing.T) {
	skip := func(ctx context.Context) zap.Field { return zap.Field{Type: zapcore.SkipType, Interface: ctx} }
	inline := tracefield.Context
	one, two, none := traced(t, 1), traced(t, 2), context.WithValue(t.Context(), secretKey{}, secret)
	for name, test := range map[string]struct {
		log  func(*zap.Logger)
		want byte // the span; 0 for none
	}{
		"our field":              {func(l *zap.Logger) { l.Info("m", inline(one)) }, 1},
		"a field that is no-op":  {func(l *zap.Logger) { l.Info("m", skip(one)) }, 1},
		"any":                    {func(l *zap.Logger) { l.Info("m", zap.Any("ctx", one)) }, 1},
		"reflect":                {func(l *zap.Logger) { l.Info("m", zap.Reflect("ctx", one)) }, 1},
		"between others":         {func(l *zap.Logger) { l.Info("m", zap.Int("a", 1), inline(one), zap.Int("b", 2)) }, 1},
		"bound":                  {func(l *zap.Logger) { l.With(inline(one)).Info("m") }, 1},
		"bound lazily":           {func(l *zap.Logger) { l.WithLazy(inline(one)).Info("m") }, 1},
		"bound and given":        {func(l *zap.Logger) { l.With(inline(one)).Info("m", inline(two)) }, 2},
		"bound twice":            {func(l *zap.Logger) { l.With(inline(one)).With(zap.Any("c", two)).Info("m") }, 2},
		"given twice":            {func(l *zap.Logger) { l.Info("m", inline(one), inline(two)) }, 2},
		"the last has no span":   {func(l *zap.Logger) { l.With(inline(one)).Info("m", inline(none)) }, 0},
		"no span":                {func(l *zap.Logger) { l.Info("m", inline(none), zap.Any("ctx", none)) }, 0},
		"no context":             {func(l *zap.Logger) { l.Info("m") }, 0},
		"in a namespace":         {func(l *zap.Logger) { l.Info("m", zap.Namespace("ns"), zap.Int("a", 1), inline(one)) }, 1},
		"in a bound namespace":   {func(l *zap.Logger) { l.With(zap.Namespace("ns"), zap.Int("a", 1)).Info("m", inline(one)) }, 1},
		"bound in a namespace":   {func(l *zap.Logger) { l.With(zap.Namespace("ns"), inline(one)).Info("m", zap.Int("a", 1)) }, 1},
		"bound below namespaces": {func(l *zap.Logger) { l.With(zap.Namespace("ns")).With(inline(one)).With(zap.Int("a", 1)).Info("m") }, 1},
		"hidden in a dictionary": {func(l *zap.Logger) {
			l.Info("m", zap.Dict("d", zap.Any("ctx", one)), zap.Inline(zap.DictObject(zap.Any("ctx", one))))
		}, 0},
		"hidden in values": {func(l *zap.Logger) {
			l.Info("m", zap.Any("a", []context.Context{one}), zap.Any("b", map[string]any{"c": one}),
				zap.Dict("c", zap.Reflect("c", open{one, secret})),
				zap.Object("d", zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error { return enc.AddReflected("c", open{one, secret}) })))
		}, 0},
		"a context that panics":  {func(l *zap.Logger) { l.Info("m", zap.Any("ctx", broken{one})) }, 0},
		"a context that is null": {func(l *zap.Logger) { l.Info("m", zap.Any("ctx", (*pointed)(nil))) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			test.log(h.Logger)
			line, record := h.line(t), h.record(t)

			var head, ids string
			if test.want > 0 {
				ids = fmt.Sprintf(`"trace_id":"%032x","span_id":"%016x","trace_flags":"01",`, test.want, test.want)
			}
			if head = `{"timestamp":"2026-11-05T11:00:00.123456000Z","level":"info",` + ids + `"message":"m"`; !strings.HasPrefix(line, head) {
				t.Errorf("line %swant it to begin with %s", line, head)
			}
			if n := strings.Count(line, "trace_id"); n > 1 {
				t.Errorf("trace_id %d times: %s", n, line)
			}
			if got := record.TraceID(); got != (trace.TraceID{15: test.want}) || record.SpanID() != (trace.SpanID{7: test.want}) {
				t.Errorf("the record is of trace %s, span %s", got, record.SpanID())
			}
			if sampled := record.TraceFlags().IsSampled(); sampled != (test.want > 0) {
				t.Errorf("flags of the record: %v", record.TraceFlags())
			}
			all := line + fmt.Sprint(decodeRecord(record))
			if strings.Contains(all, secret) || strings.Contains(all[len(head):], "trace_id") {
				t.Errorf("an id or a secret among the fields: %s", all)
			}
		})
	}
}

// broken is a context of a user who has not finished it.
type broken struct{ context.Context }

func (broken) Value(any) any { panic("not implemented") }

// open is a context that encoding/json sees into.
type open struct {
	context.Context
	Secret string
}

type pointed struct{ context.Context }

// Ids that the caller gives as fields are the line's own only where it has none.
func TestIDsOfTheCaller(t *testing.T) {
	mine := zap.String("trace_id", "mine")
	const ours = `"trace_id":"00000000000000000000000000000001","span_id":"0000000000000001","trace_flags":"01",`
	for name, test := range map[string]struct {
		log  func(*zap.Logger)
		want string
	}{
		"without a context":  {func(l *zap.Logger) { l.Info("m", mine) }, `"message":"m","trace_id":"mine"}`},
		"without a span":     {func(l *zap.Logger) { l.Info("m", mine, tracefield.Context(t.Context())) }, `"message":"m","trace_id":"mine"}`},
		"beside a context":   {func(l *zap.Logger) { l.Info("m", mine, tracefield.Context(traced(t, 1))) }, ours + `"message":"m","trace_id_1":"mine"}`},
		"bound":              {func(l *zap.Logger) { l.With(mine).Info("m", tracefield.Context(traced(t, 1))) }, ours + `"message":"m","trace_id_1":"mine"}`},
		"bound with it":      {func(l *zap.Logger) { l.With(mine, tracefield.Context(traced(t, 1))).Info("m") }, ours + `"message":"m","trace_id_1":"mine"}`},
		"beside a bound one": {func(l *zap.Logger) { l.With(tracefield.Context(traced(t, 1))).Info("m", mine) }, ours + `"message":"m","trace_id_1":"mine"}`},
		"all": {func(l *zap.Logger) {
			l.Info("m", tracefield.Context(traced(t, 1)), mine, zap.String("span_id", "a"), zap.String("trace_flags", "b"))
		}, ours + `"message":"m","trace_id_1":"mine","span_id_1":"a","trace_flags_1":"b"}`},
		"in a namespace": {func(l *zap.Logger) { l.Info("m", zap.Namespace("n"), mine, tracefield.Context(traced(t, 1))) },
			ours + `"message":"m","n":{"trace_id":"mine"}}`},
		"in a bound namespace": {func(l *zap.Logger) { l.With(zap.Namespace("n")).Info("m", mine, tracefield.Context(traced(t, 1))) },
			ours + `"message":"m","n":{"trace_id":"mine"}}`},
		"bound in a namespace": {func(l *zap.Logger) { l.With(zap.Namespace("n"), mine).Info("m", tracefield.Context(traced(t, 1))) },
			ours + `"message":"m","n":{"trace_id":"mine"}}`},
	} {
		h := newHarness(t)
		test.log(h.Logger)
		line := h.compare(t)
		_, got, _ := strings.Cut(line, `"level":"info",`)
		if got != test.want+"\n" {
			t.Errorf("%s: line %swant %s", name, got, test.want)
		}
	}
}

func TestErrorBesideItsException(t *testing.T) {
	h := newHarness(t)
	for name, test := range map[string]struct {
		log           func(*zap.Logger)
		message, kind string
	}{
		"given":                {func(l *zap.Logger) { l.Error("m", zap.Error(fmt.Errorf("a: %w", namedError{}))) }, "a: named\ufffd", "github.com/otelkv/otelkv/otelsetup/internal/logcore_test.namedError"},
		"bound":                {func(l *zap.Logger) { l.With(zap.Error(context.Canceled)).Error("m") }, "context canceled", "*errors.errorString"},
		"the line's goes last": {func(l *zap.Logger) { l.With(zap.Error(context.Canceled)).Error("m", zap.Error(selfNamedError{})) }, "self", "mine"},
		"in a namespace":       {func(l *zap.Logger) { l.With(zap.Namespace("n")).Error("m", zap.Error(selfNamedError{})) }, "self", "mine"},
		"bound in one":         {func(l *zap.Logger) { l.With(zap.Namespace("n"), zap.Error(selfNamedError{})).Error("m") }, "self", "mine"},
		"the caller's own": {func(l *zap.Logger) {
			l.Error("m", zap.Error(selfNamedError{}), zap.String("exception.type", "other"))
		}, "self", "other"},
		"another name": {func(l *zap.Logger) { l.Error("m", zap.NamedError("cause", selfNamedError{})) }, "", ""},
		"panics":       {func(l *zap.Logger) { l.Error("m", zap.Error(speechlessError{})) }, "", ""},
		"no error":     {func(l *zap.Logger) { l.Error("m", zap.Field{Key: "error", Type: zapcore.ErrorType, Interface: 1}) }, "", ""},
	} {
		test.log(h.Logger)
		h.line(t)
		r := h.record(t)
		var got [2]string
		r.WalkAttributes(func(kv attribute.KeyValue) bool {
			switch kv.Key {
			case "exception.message":
				got[0] = kv.Value.AsString()
			case "exception.type":
				got[1] = kv.Value.AsString()
			}
			return true
		})
		for key, value := range decodeRecord(r) {
			if value == repeated {
				t.Errorf("%s: %s is there twice", name, key)
			}
		}
		if got != [2]string{test.message, test.kind} {
			t.Errorf("%s: exception %q; want %q of type %q", name, got, test.message, test.kind)
		}
	}
}

type namedError struct{}

func (namedError) Error() string { return "named\xff" }

type selfNamedError struct{}

func (selfNamedError) Error() string     { return "self" }
func (selfNamedError) ErrorType() string { return "mine" }

type speechlessError struct{}

func (speechlessError) Error() string { panic("no words") }

// What user code does in a marshaler costs its field, not the line.
func TestHostileFields(t *testing.T) {
	for name, field := range map[string]zap.Field{
		"object":    zap.Object("v", panicking{[]zap.Field{zap.Int("kept", 1)}}),
		"array":     zap.Array("v", panicking{[]zap.Field{zap.Int("kept", 1)}}),
		"inline":    {Key: "v", Type: zapcore.InlineMarshalerType, Interface: panicking{[]zap.Field{zap.Int("kept", 1)}}},
		"null":      {Key: "v", Type: zapcore.ObjectMarshalerType},
		"stringer":  zap.Stringer("v", panicking{}),
		"error":     zap.NamedError("v", speechlessError{}),
		"marshaler": zap.Any("v", badJSON{}),
		"channel":   zap.Any("v", make(chan int)),
		"type":      {Key: "v", Type: 99},
		"mismatch":  {Key: "v", Type: zapcore.TimeFullType, Interface: 1},
	} {
		h := newHarness(t)
		h.Info("m", zap.Int("before", 1), field, zap.Int("after", 2))
		line := h.compare(t)
		for _, want := range []string{`"before":1,`, `,"after":2}`, `"vError":"`} {
			if !strings.Contains(line, want) {
				t.Errorf("%s: no %s in %s", name, want, line)
			}
		}
		if p, ok := field.Interface.(panicking); ok && len(p.fields) > 0 != strings.Contains(line, `"kept":1`) {
			t.Errorf("%s: what was added before is gone: %s", name, line)
		}
	}
}

type badJSON struct{}

func (badJSON) MarshalJSON() ([]byte, error) { panic("no JSON") }

func TestProviderThatPanics(t *testing.T) {
	h := newHarness(t, func(o *logcore.Options) { o.Provider = panickingProvider{o.Provider} })
	h.Named("n").Info("m")
	if line := h.line(t); !strings.Contains(line, `"logger":"n"`) {
		t.Error(line)
	}
}
