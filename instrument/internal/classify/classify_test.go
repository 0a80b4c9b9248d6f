package classify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/classify"
	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// name returns the outcome of a slot or, of an error, its type.
func name(s record.Slot) string {
	if s.Failed() {
		return record.FailureNames(nil)[s.Failure()]
	}
	return s.Outcome().String()
}

var (
	miss        = string(catalog.Miss)
	canceled    = string(catalog.Canceled)
	timeout     = string(catalog.ErrTimeout)
	closed      = string(catalog.ErrClosed)
	unavailable = string(catalog.ErrUnavailable)
	noSpace     = string(catalog.ErrNoSpace)
	readOnly    = string(catalog.ErrReadOnly)
	corruption  = string(catalog.ErrCorruption)
	other       = string(catalog.ErrOther)
)

var errOwn = errors.New("of nobody")

// contexts returns a live one and those that have ended.
func contexts(t *testing.T) (live, gone, late, caused context.Context) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel = context.WithDeadline(t.Context(), time.Unix(1, 0))
	t.Cleanup(cancel)
	caused, because := context.WithCancelCause(t.Context())
	because(errCause)
	return t.Context(), gone, late, caused
}

var errCause = errors.New("the caller's reason")

// What an error says goes before what its context says, however it is wrapped, and a
// kind of kvdb before what others say.
func TestSlot(t *testing.T) {
	live, gone, late, caused := contexts(t)
	file := func(n syscall.Errno) error { return &fs.PathError{Op: "write", Path: "f", Err: n} }
	call := func(n syscall.Errno) error {
		return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", n)}
	}
	corrupt := &kvdb.Error{Op: "get", Kind: kvdb.ErrCorruption, Err: errOwn}
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		want string
	}{
		{"a cause", caused, errCause, canceled},
		{"a cause that is asked for", caused, context.Cause(caused), canceled},
		{"anything after a cancellation", gone, errOwn, canceled},
		{"anything after a deadline", late, errOwn, timeout},
		{"anything", live, errOwn, other},
		{"anything without a context", nil, errOwn, other},
		{"corruption after a cancellation", gone, corrupt, corruption},
		{"corruption after a deadline", late, corrupt, corruption},
		{"corruption beside a cancellation", gone, errors.Join(context.Canceled, corrupt), corruption},
		{"a miss after a cancellation", gone, fmt.Errorf("a: %w", kvdb.ErrNotFound), miss},
		{"no space after a cancellation", gone, file(syscall.ENOSPC), noSpace},
		{"refused after a cancellation", gone, call(syscall.ECONNREFUSED), unavailable},
		{"closed after a cancellation", gone, net.ErrClosed, closed},

		{"a kind before its cause", live, &kvdb.Error{Kind: kvdb.ErrUnavailable, Err: call(syscall.ETIMEDOUT)}, unavailable},
		{"a failed engine before its cause", live, &kvdb.Error{Kind: kvdb.ErrEngineFailed, Err: file(syscall.ENOSPC)}, string(catalog.ErrEngineFailed)},
		{"a cause without a kind", live, &kvdb.Error{Op: "put", Err: file(syscall.EMFILE)}, unavailable},
		{"a deadline beside a refusal", live, errors.Join(call(syscall.ECONNREFUSED), os.ErrDeadlineExceeded), timeout},
		{"a full disk beside a refusal", live, errors.Join(call(syscall.ECONNREFUSED), file(syscall.ENOSPC)), noSpace},

		{"os deadline", live, os.ErrDeadlineExceeded, timeout},
		{"ETIMEDOUT", live, call(syscall.ETIMEDOUT), timeout},
		{"DNS", live, &net.DNSError{Err: "no such host", Name: "db", IsNotFound: true}, unavailable},
		{"DNS that timed out", live, &net.DNSError{Err: "i/o timeout", Name: "db", IsTimeout: true}, timeout},
		{"ECONNRESET", live, call(syscall.ECONNRESET), unavailable},
		{"EPIPE", live, file(syscall.EPIPE), unavailable},
		{"EHOSTUNREACH", live, syscall.EHOSTUNREACH, unavailable},
		{"EMFILE", live, file(syscall.EMFILE), unavailable},
		{"ENFILE", live, file(syscall.ENFILE), unavailable},
		{"EOF", live, fmt.Errorf("reply: %w", io.EOF), unavailable},
		{"half a reply", live, io.ErrUnexpectedEOF, unavailable},
		{"closed connection", live, &net.OpError{Op: "read", Err: net.ErrClosed}, closed},
		{"closed file", live, &fs.PathError{Op: "read", Err: os.ErrClosed}, closed},
		{"closed pipe", live, io.ErrClosedPipe, closed},
		{"EDQUOT", live, file(syscall.EDQUOT), noSpace},
		{"EROFS", live, file(syscall.EROFS), readOnly},
		{"ENOENT", live, file(syscall.ENOENT), other},
		{"EINVAL", live, syscall.EINVAL, other},
	} {
		for how, err := range map[string]error{
			"":                    c.err,
			", wrapped":           fmt.Errorf("around: %w", c.err),
			", joined":            errors.Join(errOwn, c.err),
			", in a kvdb.Error":   &kvdb.Error{Op: "get", Err: c.err},
			", wrapped with both": fmt.Errorf("%w and %w", errOwn, c.err),
		} {
			if got := name(classify.Slot(c.ctx, err)); got != c.want {
				t.Errorf("%s%s: %s, want %s", c.name, how, got, c.want)
			}
		}
	}
}

// matching is an error that is found by its methods Is and As alone.
type matching struct {
	is error
	as syscall.Errno
}

func (matching) Error() string          { return "matching" }
func (m matching) Is(target error) bool { return m.is != nil && target == m.is }
func (m matching) As(target any) bool {
	n, ok := target.(*syscall.Errno)
	if ok && m.as != 0 {
		*n = m.as
	}
	return ok && m.as != 0
}

// asTimeoutError is an error that can be one with a time-out, asStoreError one of a store.
type asTimeoutError struct{ error }

func (a asTimeoutError) As(target any) bool {
	p, ok := target.(*interface{ Timeout() bool })
	if ok {
		*p = os.ErrDeadlineExceeded.(interface{ Timeout() bool })
	}
	return ok
}

type asStoreError struct{ error }

func (a asStoreError) As(target any) bool {
	p, ok := target.(**kvdb.Error)
	if ok {
		*p = &kvdb.Error{Kind: kvdb.ErrConflict}
	}
	return ok
}

// quiet has the method Timeout, with nothing to say, or with something else.
type quiet struct{ error }

func (quiet) Timeout() bool { return false }

type lasts struct{ error }

func (lasts) Timeout() time.Duration { return time.Second }

func TestMethods(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{matching{is: kvdb.ErrNotFound}, miss},
		{matching{is: context.Canceled}, canceled},
		{matching{is: os.ErrDeadlineExceeded}, timeout},
		{matching{is: net.ErrClosed}, closed},
		{matching{is: syscall.ENOSPC}, noSpace},
		{matching{is: syscall.ECONNREFUSED}, unavailable},
		{matching{as: syscall.EROFS}, readOnly},
		{matching{as: syscall.ENOENT}, other},
		{matching{}, other},
		{asTimeoutError{errOwn}, timeout},
		{asStoreError{errOwn}, string(catalog.ErrConflict)},
		{quiet{errOwn}, other},
		{lasts{errOwn}, other},
	} {
		if got := name(classify.Slot(t.Context(), fmt.Errorf("around: %w", c.err))); got != c.want {
			t.Errorf("%T %+v: %s, want %s", c.err, c.err, got, c.want)
		}
	}
}

func TestIs(t *testing.T) {
	uncomparable := fmt.Errorf("around: %w", many{errOwn})
	for _, c := range []struct {
		err, target error
		want        bool
	}{
		{nil, errOwn, false},
		{errOwn, errOwn, true},
		{errOwn, errCause, false},
		{errors.Join(errCause, fmt.Errorf("a: %w", errOwn)), errOwn, true},
		{&kvdb.Error{Kind: kvdb.ErrClosed, Err: errOwn}, kvdb.ErrClosed, true},
		{&kvdb.Error{Kind: kvdb.ErrClosed, Err: errOwn}, errOwn, true},
		{matching{is: errOwn}, errOwn, true},
		{uncomparable, many{errOwn}, false},
		{uncomparable, errOwn, false},
		{panics{}, errOwn, false},
	} {
		if got := classify.Is(c.err, c.target); got != c.want {
			t.Errorf("Is(%T, %T) = %t", c.err, c.target, got)
		}
	}
}

// A common failure costs no allocation.
func TestAllocations(t *testing.T) {
	for _, err := range []error{
		kvdb.ErrNotFound, context.Canceled, io.EOF,
		&kvdb.Error{Op: "put", Kind: kvdb.ErrClosed},
		&kvdb.Error{Op: "put", Kind: kvdb.ErrTimeout, Err: context.DeadlineExceeded},
	} {
		if n := testing.AllocsPerRun(100, func() { _ = classify.Slot(t.Context(), err) }); n != 0 {
			t.Errorf("%v: %v allocations, want 0", err, n)
		}
	}
}

func BenchmarkSlot(b *testing.B) {
	for name, err := range map[string]error{
		"closed":  &kvdb.Error{Op: "put", Kind: kvdb.ErrClosed},
		"refused": &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"other":   fmt.Errorf("around: %w", errOwn),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = classify.Slot(context.Background(), err)
			}
		})
	}
}
