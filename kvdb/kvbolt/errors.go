package kvbolt

import (
	"errors"
	"strings"

	bolterrors "go.etcd.io/bbolt/errors"

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
	opView   = "view"
	opUpdate = "update"
	opSwap   = "compare_and_swap"
	opPing   = "ping"
	opStats  = "stats"
	opVerify = "verify"
	opClose  = "close"
)

var (
	errClosed = &kvdb.Error{Kind: kvdb.ErrClosed}
	errOver   = &kvdb.Error{Kind: kvdb.ErrClosed, Err: errors.New("the transaction is over")}
	errShort  = errors.New("the file is shorter than its content")
)

func errClosedFor(op string) error { return &kvdb.Error{Op: op, Kind: kvdb.ErrClosed} }

// wrap gives an error of bbolt its kind. It is the one place that does.
func wrap(op string, err error) error {
	if err == nil || err == kvdb.ErrNotFound {
		return err
	}
	if e, ok := errors.AsType[*kvdb.Error](err); ok {
		return &kvdb.Error{Op: op, Kind: e.Kind, Err: e.Err}
	}
	return &kvdb.Error{Op: op, Kind: kind(err), Err: err}
}

// kinds are the errors of bbolt that have a kind.
var kinds = []struct{ cause, kind error }{
	{bolterrors.ErrDatabaseNotOpen, kvdb.ErrClosed},
	{bolterrors.ErrTxClosed, kvdb.ErrClosed},
	{bolterrors.ErrDatabaseReadOnly, kvdb.ErrReadOnly},
	{bolterrors.ErrTxNotWritable, kvdb.ErrReadOnly},
	{bolterrors.ErrKeyRequired, kvdb.ErrInvalidArgument},
	{bolterrors.ErrIncompatibleValue, kvdb.ErrInvalidArgument}, // the key of a nested bucket
	{bolterrors.ErrKeyTooLarge, kvdb.ErrTooLarge},
	{bolterrors.ErrValueTooLarge, kvdb.ErrTooLarge},
	{bolterrors.ErrTimeout, kvdb.ErrUnavailable},         // the lock of the file
	{bolterrors.ErrInvalidMapping, kvdb.ErrEngineFailed}, // since an earlier write
	{bolterrors.ErrInvalid, kvdb.ErrCorruption},
	{bolterrors.ErrChecksum, kvdb.ErrCorruption},
	{bolterrors.ErrVersionMismatch, kvdb.ErrCorruption},
	{errShort, kvdb.ErrCorruption},
	{bolterrors.ErrMaxSizeReached, kvdb.ErrNoSpace},
}

func kind(err error) error {
	if isDamage(err) {
		return kvdb.ErrCorruption
	}
	for _, k := range kinds {
		if errors.Is(err, k.cause) {
			return k.kind
		}
	}
	// Of some things bbolt keeps words only: of a file that cannot grow, with what the
	// operating system said, of one that cannot be mapped as it grows, and of one that
	// cannot hold its first pages.
	text := err.Error()
	switch {
	case errno.Is(err, errno.ReadOnly):
		return kvdb.ErrReadOnly
	case errno.Is(err, errno.NoSpace), strings.Contains(text, "file resize error: ") && errno.IsIn(text, errno.NoSpace):
		return kvdb.ErrNoSpace
	case strings.Contains(text, "file size too small "):
		return kvdb.ErrCorruption
	case errno.Is(err, errno.TooManyFiles), strings.Contains(text, "mmap allocate error: "): // memory for a larger mapping
		return kvdb.ErrUnavailable
	}
	return nil
}
