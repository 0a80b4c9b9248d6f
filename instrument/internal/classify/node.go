package classify

import (
	"context"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/kvdb"
)

// sentinels are the errors that say something by what they are.
var sentinels = [...]struct {
	err  error
	says finding
}{
	{kvdb.ErrCorruption, corruption},
	{kvdb.ErrEngineFailed, engineFailed},
	{kvdb.ErrNoSpace, noSpace},
	{kvdb.ErrReadOnly, readOnly},
	{kvdb.ErrTooLarge, tooLarge},
	{kvdb.ErrInvalidArgument, invalidArgument},
	{kvdb.ErrConflict, conflict},
	{kvdb.ErrClosed, closed},
	{kvdb.ErrNotFound, notFound},
	{context.Canceled, canceled},
	{context.DeadlineExceeded, timeout},
	{kvdb.ErrTimeout, timeout},
	{kvdb.ErrUnavailable, unavailable},
	{os.ErrDeadlineExceeded, othersTimeout},
	{net.ErrClosed, othersClosed},
	{os.ErrClosed, othersClosed},
	{io.ErrClosedPipe, othersClosed},
	{io.EOF, othersUnavailable}, // a connection that the other side ended
	{io.ErrUnexpectedEOF, othersUnavailable},
}

// conditions are what the numbers of the operating system say.
var conditions = map[errno.Condition]finding{
	errno.NoSpace:      othersNoSpace,
	errno.ReadOnly:     othersReadOnly,
	errno.TimedOut:     othersTimeout,
	errno.TooManyFiles: othersUnavailable,
	errno.AddressInUse: othersUnavailable,
	errno.Refused:      othersUnavailable,
	errno.Reset:        othersUnavailable,
	errno.Unreachable:  othersUnavailable,
}

// node returns what an error says, whatever it wraps. What it can become is looked at
// for as long as the tree around it.
func (t *tree) node(err error) (f findings) {
	for i := range sentinels {
		if err == sentinels[i].err { //nolint:errorlint // the walk goes down the tree
			f.add(sentinels[i].says)
			return f
		}
	}
	switch e := err.(type) { //nolint:errorlint // the walk goes down the tree
	case *kvdb.Error:
		return f // says nothing but by what it wraps
	case syscall.Errno:
		f.number(e)
	case *net.OpError, *net.DNSError:
		f.add(othersUnavailable)
	}
	if timedOut(err) {
		f.add(othersTimeout)
	}
	t.foreign(&f, err)
	f.status(err)
	return f
}

// number finds what a number of the operating system says.
func (f *findings) number(n syscall.Errno) {
	if c, ok := errno.Of(n); ok {
		if x, ok := conditions[c]; ok {
			f.add(x)
		}
	}
}

// timedOut asks an error, as those of the network have it.
func timedOut(err error) (is bool) {
	defer func() { _ = recover() }()
	e, ok := err.(interface{ Timeout() bool })
	return ok && e.Timeout()
}

// foreign asks the methods Is and As that an error has of its own.
func (t *tree) foreign(f *findings, err error) {
	if _, ok := err.(syscall.Errno); ok { //nolint:errorlint // the walk goes down the tree
		return // its Is speaks of files
	}
	f.matches(err)
	t.becomes(f, err)
}

// matches asks Is for all that is known here. One that panics has said what it says.
func (f *findings) matches(err error) {
	e, ok := err.(interface{ Is(error) bool })
	if !ok {
		return
	}
	defer func() { _ = recover() }()
	for i := range sentinels {
		if e.Is(sentinels[i].err) {
			f.add(sentinels[i].says)
		}
	}
	for c, x := range conditions {
		for _, n := range errno.Numbers(c) {
			if e.Is(n) {
				f.add(x)
			}
		}
	}
}

// becomes asks As for what it can be.
func (t *tree) becomes(f *findings, err error) {
	e, ok := err.(interface{ As(any) bool })
	if !ok {
		return
	}
	defer func() { _ = recover() }()
	var n syscall.Errno
	if e.As(&n) {
		f.number(n)
	}
	var own *kvdb.Error
	if e.As(&own) && own != nil {
		kind := tree{left: t.left}
		kind.look(own)
		t.left = kind.left
		*f |= kind.found
	}
	var timeouter interface{ Timeout() bool }
	if e.As(&timeouter) && timeouter != nil && timeouter.Timeout() {
		f.add(othersTimeout)
	}
}
