package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// tracedClient is a client of a server that chooses so many commands a second, and the
// spans that have ended. With 0 it is for the test to make turns.
func tracedClient(t *testing.T, store kvdb.Store, perSecond int) (*client, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	wrapped, err := instrument.Wrap(store, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithTracerProvider(tp))
	if err != nil {
		t.Fatal(err)
	}
	c := newTestClient(wrapped)
	if c.server.traces = startTraces(tp, perSecond); perSecond == 0 {
		c.server.traces = byHand(tp)
	}
	t.Cleanup(func() {
		c.server.traces.stop()
		if err := wrapped.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, spans
}

// byHand are traces without a goroutine that makes turns.
func byHand(tp trace.TracerProvider) *traces {
	tr := &traces{tracer: tp.Tracer(""), chosen: make(chan *command, 1), cancel: func() {}, done: make(chan struct{})}
	close(tr.done)
	return tr
}

// roots returns the spans that have no parent.
func roots(spans *tracetest.SpanRecorder) (all []sdktrace.ReadOnlySpan) {
	for _, s := range spans.Ended() {
		if !s.Parent().IsValid() {
			all = append(all, s)
		}
	}
	return all
}

// The spans of a command are as in the catalogue: one of the server's, and one of each
// operation below it.
func TestSpanOfACommand(t *testing.T) {
	all := catalog.Spans()
	want := all[slices.IndexFunc(all, func(s catalog.Span) bool { return s.Source == "examples/kvserver" })]
	store := testutil.NewFaulty()
	c, spans := tracedClient(t, store, 0)
	for _, tt := range []struct {
		command, below string
		failed         bool
	}{
		{"SET secret secret", "put", false},
		{"get secret", "get", false},
		{"mget secret hidden", "BATCH", false},
		{"set secret secret nx", "compare_and_swap", false},
		{"set secret secret px secret", "", true},
		{"dbsize", "scan", false},
		{"ping", "", false},
		{"exists secret", "get", true},
	} {
		if tt.command == "exists secret" {
			store.Inject(testutil.Errors(io.ErrUnexpectedEOF))
		}
		c.run(t.Context(), splitArgs("select 3"))
		spans.Reset()
		c.server.traces.turn.Store(new(turn))
		c.run(t.Context(), splitArgs(tt.command))
		ended := spans.Ended()
		if tt.command == "ping" {
			if len(ended) != 0 {
				t.Errorf("ping: %d spans, of a command without operations", len(ended))
			}
			continue
		}
		if len(ended) == 0 {
			t.Fatalf("%s: no span", tt.command)
		}
		root := ended[len(ended)-1]
		name, _, _ := strings.Cut(strings.ToUpper(tt.command), " ")
		has := testutil.Attributes(root.Attributes())
		if root.Name() != name || root.SpanKind() != trace.SpanKindServer || root.Parent().IsValid() ||
			has[catalog.OperationName] != name || has[catalog.SystemName] != "redis" || has[catalog.Namespace] != "3" ||
			has[catalog.NetworkTransport] != "tcp" {
			t.Errorf("%s: the span %q, %v, %v", tt.command, root.Name(), root.SpanKind(), has)
		}
		for _, key := range want.Attributes {
			if _, ok := has[key]; !ok {
				t.Errorf("%s: no %s", tt.command, key)
			}
		}
		for key, value := range has {
			if !slices.Contains(want.Attributes, key) && !slices.Contains(want.Optional, key) || strings.Contains(value, "secret") {
				t.Errorf("%s: %s is %q", tt.command, key, value)
			}
		}
		if failed := root.Status().Code == codes.Error; failed != tt.failed || failed != (has[catalog.ResponseStatus] == "ERR") || failed != (has[catalog.ErrorType] == "ERR") {
			t.Errorf("%s: the status %v, %v", tt.command, root.Status(), has)
		}
		var below []string
		for _, s := range ended[:len(ended)-1] {
			operation, _, _ := strings.Cut(s.Name(), " ")
			below = append(below, operation)
			if s.Parent().SpanID() != root.SpanContext().SpanID() {
				t.Errorf("%s: %s is not below the command", tt.command, s.Name())
			}
		}
		if got := strings.Join(below, " "); got != tt.below {
			t.Errorf("%s: the operations %q, want %q", tt.command, got, tt.below)
		}
	}
}

func splitArgs(command string) (args [][]byte) {
	for _, a := range strings.Split(command, " ") {
		args = append(args, []byte(a))
	}
	if len(args) == 3 && len(args[1]) == 0 { // an empty key
		args = args[:2]
	}
	return args
}

// A command that panics has a span that says so, without the text.
func TestSpanOfAPanic(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	c := newTestClient(memory(t))
	c.server.traces = byHand(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		cmd := &command{name: "get", run: func(context.Context, *client, [][]byte) error { panic("secret") }}
		_ = c.server.traces.traced(t.Context(), c, cmd, nil)
	}()
	ended := spans.Ended()
	if len(ended) != 1 || ended[0].Status().Code != codes.Error || len(ended[0].Events()) != 0 ||
		testutil.Attributes(ended[0].Attributes())[catalog.ErrorType] != "panic" {
		t.Errorf("%v", ended)
	}
}

// A part of a command that is traced, as within a transaction, is no root.
func TestPartOfATrace(t *testing.T) {
	c, spans := tracedClient(t, memory(t), 0)
	ctx, span := c.server.traces.tracer.Start(t.Context(), "EXEC")
	turn := new(turn)
	c.server.traces.turn.Store(turn)
	c.run(ctx, splitArgs("get k"))
	span.End()
	if got := roots(spans); len(got) != 1 || c.server.traces.turn.Load() != turn {
		t.Errorf("%d roots", len(got))
	}
}

// Of commands that come all the time some are chosen in each second, and no more than
// asked for; one that comes once a second is seen as well.
func TestTracesAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond, seconds = 10, 60
		c, spans := tracedClient(t, kvdb.NewMemory(nil), perSecond)
		for i := range seconds * 1000 {
			c.out.Truncate(0)
			c.run(t.Context(), splitArgs("get k"))
			if i%7 == 0 {
				c.run(t.Context(), splitArgs("set k v"))
			}
			if i%1009 == 0 {
				c.run(t.Context(), splitArgs("dbsize"))
			}
			time.Sleep(time.Millisecond)
		}
		c.server.traces.stop()
		names := make(map[string]int)
		var ends []time.Time
		for _, s := range roots(spans) {
			names[s.Name()]++
			ends = append(ends, s.StartTime())
		}
		for i := perSecond + 1; i < len(ends); i++ { // one turn may be left from before
			if d := ends[i].Sub(ends[i-perSecond-1]); d < time.Second {
				t.Errorf("%d commands within %v", perSecond+2, d)
			}
		}
		if n := len(ends); n < perSecond*seconds*9/10 || n > perSecond*seconds+1 {
			t.Errorf("%d commands in %d seconds: %v", n, seconds, names)
		}
		// Half of the time a turn is for such as this one.
		if n := names["DBSIZE"]; n < seconds/5 {
			t.Errorf("the rare command was chosen %d times of %d: %v", n, seconds, names)
		}
		if names["GET"] < 100 || names["SET"] < 20 {
			t.Errorf("chosen: %v", names)
		}
	})
}

// Of a client that sends a command now and then each one is chosen; of one that sends
// quick and slow ones of a kind in turns, both, though the quick one comes first to each
// turn.
func TestTracesOfOneClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, spans := tracedClient(t, kvdb.NewMemory(nil), 10)
		synctest.Wait() // for the first turn
		for range 100 {
			c.run(t.Context(), splitArgs("get k"))
			time.Sleep(5*time.Second + 99*time.Microsecond) // never together with the turn
		}
		if n := len(roots(spans)); n != 100 {
			t.Errorf("%d of 100 were chosen", n)
		}

		spans.Reset()
		calls := 0
		cmd := &command{name: "get", keys: oneKey, run: func(context.Context, *client, [][]byte) error {
			if calls++; calls%2 == 0 {
				time.Sleep(250 * time.Millisecond)
			}
			return nil
		}}
		for range 2000 {
			_ = c.server.traces.run(t.Context(), c, cmd, nil)
		}
		slow := 0
		for _, s := range roots(spans) {
			if s.EndTime().After(s.StartTime()) {
				slow++
			}
		}
		if quick := len(roots(spans)) - slow; slow < 100 || quick < 100 {
			t.Errorf("%d quick and %d slow ones of 1000 each were chosen", quick, slow)
		}
	})
}

// An always-off sampler, as of OTEL_TRACES_SAMPLER, has the last word.
func TestTracesThatAreNotSampled(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	c := newTestClient(memory(t))
	c.server.traces = byHand(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans), sdktrace.WithSampler(sdktrace.NeverSample())))
	c.server.traces.turn.Store(new(turn))
	c.run(t.Context(), splitArgs("get k"))
	if n := len(spans.Ended()); n != 0 {
		t.Errorf("%d spans", n)
	}
}

// What is not chosen costs nothing, whether nothing is due or something else.
func TestUntracedCommandsDoNotAllocate(t *testing.T) {
	c, spans := tracedClient(t, memory(t), 0)
	ctx := t.Context()
	c.run(ctx, splitArgs("set k v"))
	get := find([]byte("get"))
	for name, due := range map[string]*turn{"nothing": nil, "others": {recent: []*command{get}}} {
		args := splitArgs("get k")
		before := len(spans.Ended())
		if n := testing.AllocsPerRun(100, func() {
			c.server.traces.turn.Store(due)
			c.out.Truncate(0)
			c.run(ctx, args)
		}); n != 0 {
			t.Errorf("%s due: %v allocations", name, n)
		}
		if n := len(spans.Ended()) - before; n > 0 {
			t.Errorf("%s due: %d spans", name, n)
		}
	}
}

func TestReplyCode(t *testing.T) {
	for want, err := range map[string]error{"ERR": errSyntax, "NOPROTO": codedError("NOPROTO unsupported protocol version")} {
		if got := replyCode(err); got != want {
			t.Errorf("%v: %q", err, got)
		}
	}
}

func TestNoTraces(t *testing.T) {
	tr := startTraces(nil, 0)
	if tr != nil {
		t.Fatal("there are some")
	}
	tr.stop()
	failed := errors.New("failed")
	cmd := &command{name: "get", keys: oneKey, run: func(context.Context, *client, [][]byte) error { return failed }}
	if err := tr.run(t.Context(), nil, cmd, nil); !errors.Is(err, failed) {
		t.Error(err)
	}
}
