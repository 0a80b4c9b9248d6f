package kvpebble

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2"
)

// transcript is a logger and tracer whose Fatalf returns.
type transcript []string

func (l *transcript) add(level, format string, args []any) {
	*l = append(*l, level+" "+fmt.Sprintf(format, args...))
}

func (l *transcript) Infof(format string, args ...any)  { l.add("info", format, args) }
func (l *transcript) Errorf(format string, args ...any) { l.add("error", format, args) }
func (l *transcript) Fatalf(format string, args ...any) { l.add("fatal", format, args) }
func (l *transcript) Eventf(_ context.Context, format string, args ...any) {
	l.add("event", format, args)
}
func (l *transcript) IsTracingEnabled(context.Context) bool { return len(*l) > 0 }

func TestLoggersAreKeptAndFatalNeverReturns(t *testing.T) {
	cause := errors.New("cause")
	for name, tt := range map[string]struct {
		opts func(*transcript) *pebble.Options
		want string
	}{
		"none":   {func(*transcript) *pebble.Options { return &pebble.Options{} }, "[]"},
		"logger": {func(l *transcript) *pebble.Options { return &pebble.Options{Logger: l} }, "[info 1 error 2 fatal cause fatal 3]"},
		"tracer": {func(l *transcript) *pebble.Options { return &pebble.Options{LoggerAndTracer: l} }, "[info 1 error 2 fatal cause fatal 3]"},
	} {
		t.Run(name, func(t *testing.T) {
			var l transcript
			opts := tt.opts(&l)
			setLoggers(opts)
			opts.Logger.Infof("%d", 1)
			opts.Logger.Errorf("%d", 2)
			if f := caught(t, func() { opts.Logger.Fatalf("%v", cause) }); !errors.Is(f, cause) {
				t.Errorf("Fatalf panicked with %v, want its cause", f)
			}
			if f := caught(t, func() { opts.Logger.Fatalf("%d", 3) }); f.Error() != "3" {
				t.Errorf("Fatalf panicked with %v, want its message", f)
			}
			if got := fmt.Sprint([]string(l)); got != tt.want {
				t.Errorf("logged %s, want %s", got, tt.want)
			}
			if tr := opts.LoggerAndTracer; tr != nil {
				tr.Eventf(t.Context(), "%d", 4)
				if !tr.IsTracingEnabled(t.Context()) || l[len(l)-1] != "event 4" {
					t.Error("the tracer is not used")
				}
			}
		})
	}
}

func caught(t *testing.T, fn func()) (f *fatal) {
	t.Helper()
	defer func() {
		var ok bool
		if f, ok = recover().(*fatal); !ok {
			t.Fatal("Fatalf did not panic as it must")
		}
	}()
	fn()
	return nil
}
