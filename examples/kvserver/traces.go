package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// traces choose a few commands a second, and give each a root span over its
// operations on the store. All others pay an atomic load for it. A nil one chooses
// none.
type traces struct {
	tracer trace.Tracer
	turn   atomic.Pointer[turn] // of the next command to be traced; nil: not now
	chosen chan *command
	cancel context.CancelFunc
	done   chan struct{}
}

// A turn is a command's, whichever is the first that suits. Of a hundred thousand
// commands a second the first one is next to never the one that is rare, so for
// half of its time a turn is for commands that were not traced within a second.
type turn struct {
	recent []*command // that were
	open   bool       // to these as well
}

// suits reports whether a command may take the turn. One of a kind that comes often
// tosses a coin, or else of two that a client sends in turns, a quick one and a slow one
// that takes longer than the turn, it would always be the quick one.
func (t *turn) suits(ctx context.Context, cmd *command) bool {
	if !cmd.operates() || trace.SpanContextFromContext(ctx).IsValid() { // it is part of a command that is traced
		return false
	}
	return !slices.Contains(t.recent, cmd) || t.open && rand.N(2) == 0 //nolint:gosec // chance, no secret
}

// startTraces begins to choose so many commands a second, until stop.
func startTraces(tp trace.TracerProvider, perSecond int) *traces {
	if perSecond == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	t := &traces{
		tracer: tp.Tracer(catalog.ScopeKVServer), chosen: make(chan *command, perSecond),
		cancel: cancel, done: make(chan struct{}),
	}
	go func() {
		defer close(t.done)
		t.deal(ctx, time.Second/time.Duration(2*perSecond))
	}()
	return t
}

func (t *traces) stop() {
	if t != nil {
		t.cancel()
		<-t.done //otelkv:waitok it waits for nobody
	}
}

// deal makes a turn every second time, and opens it the other times if nobody took
// it, so turns are spread over the second and cannot be saved up.
func (t *traces) deal(ctx context.Context, half time.Duration) {
	tick := time.NewTicker(half)
	defer tick.Stop()
	when := make(map[*command]time.Time)
	for {
		now := time.Now()
		for len(t.chosen) > 0 {
			when[<-t.chosen] = now
		}
		next := new(turn)
		for cmd, traced := range when {
			if now.Sub(traced) < time.Second {
				next.recent = append(next.recent, cmd)
			}
		}
		t.turn.Store(next)
		if !wait(ctx, tick) {
			return
		}
		t.turn.CompareAndSwap(next, &turn{recent: next.recent, open: true})
		if !wait(ctx, tick) {
			return
		}
	}
}

func wait(ctx context.Context, tick *time.Ticker) bool {
	select {
	case <-tick.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// run runs a command, with a span over its operations if it has its turn.
func (t *traces) run(ctx context.Context, c *client, cmd *command, args [][]byte) error {
	if t != nil {
		if turn := t.turn.Load(); turn != nil && turn.suits(ctx, cmd) && t.turn.CompareAndSwap(turn, nil) {
			return t.traced(ctx, c, cmd, args)
		}
	}
	return cmd.run(ctx, c, args)
}

// What clients speak, as the semantic conventions name it.
const (
	redisSystem  = "redis"
	tcpTransport = "tcp"
)

func (t *traces) traced(ctx context.Context, c *client, cmd *command, args [][]byte) (err error) {
	select {
	case t.chosen <- cmd:
	default: // the dealer comes late, and does not know this one
	}
	name := strings.ToUpper(cmd.name)
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String(catalog.SystemName, redisSystem),
		attribute.String(catalog.Namespace, strconv.Itoa(int(c.card.database.Load()))),
		attribute.String(catalog.OperationName, name),
		attribute.String(catalog.ClientAddress, clientIP(c.conn.RemoteAddr()).String),
		attribute.String(catalog.NetworkTransport, tcpTransport),
	))
	failed := string(catalog.ErrPanic)
	defer func() {
		if failed != "" {
			span.SetAttributes(attribute.String(catalog.ErrorType, failed))
			span.SetStatus(codes.Error, failed)
		}
		span.End() // in a function, or it would tell of a panic what stands in the log
	}()
	err = cmd.run(ctx, c, args)
	if failed = ""; err != nil {
		failed = replyCode(err)
		span.SetAttributes(attribute.String(catalog.ResponseStatus, failed))
	}
	return err
}

// replyCode is what the reply to a command that failed begins with.
func replyCode(err error) string {
	var coded codedError
	if !errors.As(err, &coded) {
		return "ERR"
	}
	code, _, _ := strings.Cut(string(coded), " ")
	return code
}

// operates reports whether a command is about what is in the store. Others, as those
// of a client that connects, have no operations to look at.
func (cmd *command) operates() bool {
	if cmd.keys != (keyArgs{}) {
		return true
	}
	switch cmd.name {
	case "scan", "keys", "dbsize", "flushdb", "flushall", "exec":
		return true
	}
	return false
}
