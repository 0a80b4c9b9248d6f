package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

var secret = instrument.LogOptions{HashSecret: []byte("secret")}

func TestLogLevels(t *testing.T) {
	for _, c := range []struct {
		name           string
		err            error
		took           time.Duration
		options        instrument.LogOptions
		level, message string // at debug
	}{
		{"success", nil, 0, instrument.LogOptions{}, "debug", "operation succeeded"},
		{"success at info", nil, 0, instrument.LogOptions{Successes: true}, "info", "operation succeeded"},
		{"miss", kvdb.ErrNotFound, 0, instrument.LogOptions{}, "debug", "operation succeeded"},
		{"slow", nil, 100 * time.Millisecond, instrument.LogOptions{}, "warn", "operation slow"},
		{"slow miss", kvdb.ErrNotFound, time.Second, instrument.LogOptions{}, "warn", "operation slow"},
		{"failure", kvdb.ErrUnavailable, 0, instrument.LogOptions{}, "error", "operation failed"},
		{"slow failure", kvdb.ErrUnavailable, time.Second, instrument.LogOptions{}, "error", "operation failed"},
		{"invalid argument", kvdb.ErrInvalidArgument, 0, instrument.LogOptions{}, "warn", "operation failed"},
		{"too large", kvdb.ErrTooLarge, 0, instrument.LogOptions{}, "warn", "operation failed"},
		{"slow conflict", kvdb.ErrConflict, time.Second, instrument.LogOptions{}, "warn", "operation slow"},
		{"slow and canceled", context.Canceled, time.Second, instrument.LogOptions{}, "warn", "operation slow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, level := range []zapcore.Level{zapcore.DebugLevel, zapcore.InfoLevel, zapcore.WarnLevel, zapcore.ErrorLevel, zapcore.FatalLevel} {
				synctest.Test(t, func(t *testing.T) {
					h := newHarness(t, instrument.WithLogOptions(c.options))
					defer h.Close()
					h.log.Level.SetLevel(level)
					h.below.Inject(func(ctx context.Context, o string) error {
						time.Sleep(c.took)
						return c.err
					})
					_, _ = h.Get(t.Context(), []byte("key"))
					lines := h.log.Lines(t)
					own, err := zapcore.ParseLevel(c.level)
					if err != nil {
						t.Fatal(err)
					}
					if !level.Enabled(own) {
						if len(lines) > 0 {
							t.Errorf("at %v there is %v", level, lines)
						}
						return
					}
					if len(lines) != 1 || lines[0]["level"] != c.level || lines[0]["message"] != c.message {
						t.Errorf("at %v there is %v, want one line %s %q", level, lines, c.level, c.message)
					}
				})
			}
		})
	}
}

func TestLogFields(t *testing.T) {
	for _, c := range []struct {
		name    string
		options instrument.LogOptions
		err     error
		method  string
		want    map[string]any
		without []string
	}{
		{"a success", secret, nil, "Put", map[string]any{
			"system": "memory", "namespace": "memory", "operation": "put", "outcome": "ok", "duration_ms": 1.5,
			"key_len": 3.0, "value_bytes": 5.0, "level": "debug", "message": "operation succeeded", "timestamp": "2000-01-01T00:00:00.0015Z",
		}, []string{"error", "error_type", "key", "suppressed", "evidence", "trace_id", "span_id", "batch_items"}},
		{"a read", secret, nil, "Get", map[string]any{"value_bytes": 5.0, "key_len": 3.0}, nil},
		{"a miss", secret, kvdb.ErrNotFound, "Get", map[string]any{"outcome": "miss", "value_bytes": 0.0}, []string{"error", "error_type"}},
		{"a failure", secret, &kvdb.Error{Op: "put", Kind: kvdb.ErrNoSpace, Err: errors.New("disk full")}, "Put", map[string]any{
			"outcome": "error", "error_type": "no_space", "error": "kvdb: put: no space: disk full", "level": "error", "message": "operation failed",
		}, []string{"key"}},
		{"a conflict", secret, kvdb.ErrConflict, "Update", map[string]any{
			"outcome": "conflict", "error_type": "conflict", "error": "kvdb: conflict",
		}, []string{"key_len", "key_hash"}},
		{"cancelled", secret, context.Canceled, "Get", map[string]any{"outcome": "canceled", "error": "context canceled"}, []string{"error_type"}},
		{"a batch", secret, nil, "Apply", map[string]any{"operation": "BATCH", "batch_items": 2.0}, []string{"key_len", "key_hash"}},
		{"with the key", instrument.LogOptions{Keys: true}, nil, "Put", map[string]any{"key": "key"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, instrument.WithLogOptions(c.options))
				defer h.Close()
				if err := h.below.Put(t.Context(), []byte("key"), []byte("value")); err != nil {
					t.Fatal(err)
				}
				h.log.Level.SetLevel(zapcore.DebugLevel)
				h.below.Inject(func(_ context.Context, o string) error {
					if !strings.Contains(o, " ") || o == "BATCH" {
						time.Sleep(1500 * time.Microsecond)
					}
					return c.err
				})
				for _, o := range operationCalls(t) {
					if o.name == c.method {
						_ = o.call(t.Context(), h.Store, []byte("key"), []byte("value"))
					}
				}
				lines := h.log.Lines(t)
				if len(lines) != 1 {
					t.Fatalf("%d lines, want one", len(lines))
				}
				for k, v := range c.want {
					if lines[0][k] != v {
						t.Errorf("%s is %v, want %v", k, lines[0][k], v)
					}
				}
				for _, k := range c.without {
					if v, ok := lines[0][k]; ok {
						t.Errorf("%s is %v, want none", k, v)
					}
				}
			})
		})
	}
}

// keyFields are those of one read of a key.
func keyFields(t *testing.T, key string, options instrument.LogOptions) map[string]any {
	t.Helper()
	options.Successes = true
	h := newHarness(t, instrument.WithLogOptions(options))
	_, _ = h.Get(t.Context(), []byte(key))
	lines := h.log.Lines(t)
	if len(lines) != 1 {
		t.Fatalf("%d lines, want one", len(lines))
	}
	return lines[0]
}

func TestKeyHash(t *testing.T) {
	hash := func(key string, o instrument.LogOptions) any { return keyFields(t, key, o)["key_hash"] }
	one := hash("key", secret)
	if s, ok := one.(string); !ok || len(s) != 16 {
		t.Errorf("key_hash is %v, want 16 digits", one)
	}
	if again := hash("key", secret); again != one {
		t.Errorf("equal keys have the hashes %v and %v", one, again)
	}
	for name, other := range map[string]any{
		"another key":        hash("key2", secret),
		"another secret":     hash("key", instrument.LogOptions{HashSecret: []byte("other")}),
		"the random secret":  hash("key", instrument.LogOptions{}),
		"its beginning only": hash("ke", secret),
	} {
		if other == one {
			t.Errorf("%s has the same hash", name)
		}
	}
	if a, b := hash("key", instrument.LogOptions{}), hash("key", instrument.LogOptions{}); a != b {
		t.Errorf("two stores of one process have the hashes %v and %v", a, b)
	}
}

func TestKeysOption(t *testing.T) {
	for _, c := range []struct {
		key   string
		limit int
		want  string
	}{
		{"user:1", 0, "user:1"},
		{"naïve 世界", 0, "naïve 世界"},
		{"a\nb", 0, `a\nb`},
		{"\x1b[31mred", 0, `\x1b[31mred`},
		{"\x00\x01\xff", 0, `\x00\x01\xff`},
		{"\u202eevil", 0, `\u202eevil`},
		{"\x00\"quoted\"", 0, `\x00\"quoted\"`},
		{`"quoted"`, 0, `"quoted"`},
		{strings.Repeat("k", 100), 0, strings.Repeat("k", 64)},
		{"abcdef", 3, "abc"},
		{"ab世", 3, `ab\xe4`},
	} {
		fields := keyFields(t, c.key, instrument.LogOptions{Keys: true, KeyLimit: c.limit})
		if got := fields["key"]; got != c.want {
			t.Errorf("the key %q is logged as %q, want %q", c.key, got, c.want)
		}
		if got := fields["key_len"]; got != float64(len(c.key)) {
			t.Errorf("the key %q has the length %v", c.key, got)
		}
	}
}

// Lines that say the same are limited, each kind on its own, and the next one
// says how many were left out.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, instrument.WithLogOptions(instrument.LogOptions{Burst: 3}))
		defer h.Close()
		fail := func(err error, n int) []map[string]any {
			h.log.Reset()
			h.below.Inject(testutil.Errors(err))
			for range n {
				_, _ = h.Get(t.Context(), []byte("key"))
			}
			return h.log.Lines(t)
		}
		if lines := fail(kvdb.ErrUnavailable, 10); len(lines) != 3 {
			t.Errorf("%d lines of 10, want 3", len(lines))
		}
		if lines := fail(kvdb.ErrCorruption, 2); len(lines) != 2 {
			t.Errorf("%d lines of another type, want 2", len(lines))
		}
		_ = h.Put(t.Context(), []byte("key"), nil)
		if lines := h.log.Lines(t); len(lines) != 3 {
			t.Errorf("%d lines after another operation, want one more", len(lines))
		}
		if lines := fail(kvdb.ErrUnavailable, 10); len(lines) != 0 {
			t.Errorf("%d lines within the same second, want none", len(lines))
		}
		time.Sleep(time.Second)
		lines := fail(kvdb.ErrUnavailable, 10)
		if len(lines) != 3 || lines[0]["suppressed"] != 17.0 {
			t.Errorf("a second later there is %v, want 3 lines, the first with 17 suppressed", lines)
		} else if _, ok := lines[1]["suppressed"]; ok {
			t.Errorf("%v says it again", lines[1])
		}
		if n := h.collect().Sum("kvdb.log.suppressed"); n != 24 {
			t.Errorf("kvdb.log.suppressed is %v, want 24", n)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, instrument.WithLogOptions(instrument.LogOptions{Burst: 3}))
		defer h.Close()
		h.below.Inject(testutil.Errors(kvdb.ErrUnavailable))
		for range 10 {
			_, _ = h.Get(t.Context(), []byte("key"))
		}
		ctx, parent := h.sampled(t.Context())
		for range 10 {
			_, _ = h.Get(ctx, []byte("key"))
		}
		parent.End()
		if lines := h.log.Lines(t); len(lines) != 6 || lines[5]["trace_flags"] != "01" {
			t.Errorf("lines %v, want three and three of a sampled trace", lines)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, instrument.WithLogOptions(instrument.LogOptions{Successes: true}))
		defer h.Close()
		for range 100 {
			_, _ = h.Get(t.Context(), []byte("key"))
		}
		if lines := h.log.Lines(t); len(lines) != 100 {
			t.Errorf("%d lines of 100 successes, want all that were asked for", len(lines))
		}
	})
}

func TestSampledSuccesses(t *testing.T) {
	h := newHarness(t, instrument.WithLogOptions(instrument.LogOptions{Successes: true, Sample: 10, Burst: 5000}))
	const n = 5000
	for range n {
		_, _ = h.Get(t.Context(), []byte("key"))
	}
	// Six standard deviations around the mean.
	if lines := h.log.Lines(t); len(lines) < 370 || len(lines) > 630 {
		t.Errorf("%d lines of %d, want about one in ten", len(lines), n)
	}
	h.log.Reset()
	h.below.Inject(testutil.Errors(kvdb.ErrUnavailable))
	for range 100 {
		_, _ = h.Get(t.Context(), []byte("key"))
	}
	if lines := h.log.Lines(t); len(lines) != 100 {
		t.Errorf("%d lines of 100 failures, want all", len(lines))
	}
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		defer h.Close()
		h.below.Inject(testutil.Errors(kvdb.ErrUnavailable))
		for range 100 {
			_, _ = h.Get(t.Context(), []byte("key"))
		}
		if lines := h.log.Lines(t); len(lines) != 10 {
			t.Errorf("%d lines by default, want 10", len(lines))
		}
	})
}

// wildError has a text that a test chooses, or none.
type wildError struct{ text func() string }

func (e wildError) Error() string { return e.text() }

// nilError has a text unless it is nil.
type nilError struct{ text string }

func (e *nilError) Error() string { return e.text }

func TestErrorText(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"panics":     {wildError{func() string { panic("in Error") }}, "instrument_test.wildError"},
		"a nil":      {(*nilError)(nil), "*instrument_test.nilError"},
		"not UTF-8":  {errors.New("a\xffb"), "a\uFFFDb"},
		"long":       {errors.New(strings.Repeat("x", 5000)), strings.Repeat("x", 1024) + "…"},
		"cut a rune": {errors.New(strings.Repeat("x", 1023) + "é" + "more"), strings.Repeat("x", 1023) + "…"},
		"two lines":  {errors.New("a\nb"), "a\nb"},
	} {
		h := newHarness(t)
		h.below.Inject(testutil.Errors(c.err))
		_, _ = h.Get(t.Context(), []byte("key"))
		lines := h.log.Lines(t)
		if len(lines) != 1 || lines[0]["error"] != c.want {
			t.Errorf("%s: logged %.200v, want %.200q", name, lines, c.want)
		}
	}
}

// Some engines have the key in their errors.
func TestErrorTextWithoutKey(t *testing.T) {
	for name, c := range map[string]struct {
		key, format, want string
		keys              bool
	}{
		"plain":          {key: "user:42", format: "no %s here", want: "no [key] here"},
		"twice":          {key: "user:42", format: "%[1]s: no %[1]s", want: "[key]: no [key]"},
		"quoted":         {key: "us\ner", format: "no %q here", want: `no "[key]" here`},
		"quoted ASCII":   {key: "usér", format: "no %+q here", want: `no "[key]" here`},
		"hexadecimal":    {key: "user:42", format: "no %x here", want: "no [key] here"},
		"upper case":     {key: "user:42", format: "no %X here", want: "no [key] here"},
		"not UTF-8":      {key: "us\xffer", format: "no %s here", want: "no [key] here"},
		"part of a word": {key: "her", format: "no %s here", want: "no her here"},
		"asked for":      {key: "user:42", format: "no %s here", want: "no user:42 here", keys: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, instrument.WithLogOptions(instrument.LogOptions{Keys: c.keys}))
			h.below.Inject(testutil.Errors(fmt.Errorf(c.format, c.key)))
			_, _ = h.Get(t.Context(), []byte(c.key))
			lines := h.log.Lines(t)
			if len(lines) != 1 || lines[0]["error"] != c.want {
				t.Errorf("logged %v, want %q", lines, c.want)
			}
		})
	}
}

// Without a span of its own, an operation's line names the one around it.
func TestLogNamesParent(t *testing.T) {
	h := newHarness(t)
	h.below.Inject(testutil.Errors(kvdb.ErrUnavailable))
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	_, _ = h.Get(trace.ContextWithSpanContext(t.Context(), parent), []byte("key"))
	line := h.log.Lines(t)[0]
	if line["trace_id"] != parent.TraceID().String() || line["span_id"] != parent.SpanID().String() || line["trace_flags"] != "00" {
		t.Errorf("the line names %v %v %v", line["trace_id"], line["span_id"], line["trace_flags"])
	}
}

func TestWithoutLogger(t *testing.T) {
	w := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(nil))
	if _, err := w.Get(t.Context(), nil); !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Error(err)
	}
	n := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(zap.NewNop()))
	if _, err := n.Get(t.Context(), nil); !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Error(err)
	}
}
