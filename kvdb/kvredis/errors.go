package kvredis

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/kvdb"
)

// Operations as errors name them.
const (
	opNew    = "new"
	opOpen   = "open"
	opGet    = "get"
	opPut    = "put"
	opDelete = "delete"
	opBatch  = "batch"
	opScan   = "scan"
	opSwap   = "compare_and_swap"
	opPing   = "ping"
	opStats  = "stats"
	opLag    = "replication_lag"
	opClose  = "close"
)

var errCrossSlot = errors.New("the keys are of different slots of the cluster: give them a common part in braces")

func errClosedFor(op string) error { return &kvdb.Error{Op: op, Kind: kvdb.ErrClosed} }

// wrap gives an error of go-redis its kind, and a text that quotes no keys and values. What
// the server said goes before the end of the context, and this before what the
// connection says, which ends with either, or with the store.
func wrap(ctx context.Context, op string, err error, closed bool) error {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[redis.Error](err); ok && !errors.Is(err, redis.Nil) {
		text, kind := replied(r.Error())
		return &kvdb.Error{Op: op, Kind: kind, Err: &quiet{text, err}}
	}
	if over := ended(ctx, err); over != nil {
		return kvdb.ContextError(op, over)
	}
	if closed || errors.Is(err, redis.ErrClosed) {
		return errClosedFor(op)
	}
	return &kvdb.Error{Op: op, Kind: kind(err), Err: hush(err)}
}

// ended returns how a context has ended. A connection whose deadline is that of the context
// may tell of it a moment before the context does.
func ended(ctx context.Context, err error) error {
	if over := ctx.Err(); over != nil {
		return over
	}
	if deadline, ok := ctx.Deadline(); ok && isTimeout(err) && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// kind returns that of an error that the server did not make.
func kind(err error) error {
	dial, dialing := errors.AsType[*net.OpError](err)
	dialing = dialing && dial.Op == "dial"
	switch {
	case errors.Is(err, redis.ErrPoolTimeout):
		return kvdb.ErrTimeout
	case isTimeout(err) && !dialing:
		return kvdb.ErrTimeout
	case errors.Is(err, redis.ErrPoolExhausted), errors.Is(err, errClusterState), errors.Is(err, context.Canceled),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errno.Is(err, errno.TooManyFiles), unreachable(err) != "":
		return kvdb.ErrUnavailable
	}
	if _, ok := errors.AsType[net.Error](err); ok || isTLS(err) { // names that are not resolved, too
		return kvdb.ErrUnavailable
	}
	return nil
}

func isTLS(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, header := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	return certificate || header || alert
}
