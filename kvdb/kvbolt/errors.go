package kvbolt

import (
	"errors"
	"runtime"
	"strings"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"

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

// kinds are the errors of bbolt and of the operating system that have a kind.
var kinds = []struct{ cause, kind error }{
	{bolterrors.ErrDatabaseNotOpen, kvdb.ErrClosed},
	{bolterrors.ErrTxClosed, kvdb.ErrClosed},
	{bolterrors.ErrDatabaseReadOnly, kvdb.ErrReadOnly},
	{bolterrors.ErrTxNotWritable, kvdb.ErrReadOnly},
	{syscall.EROFS, kvdb.ErrReadOnly},
	{bolterrors.ErrKeyRequired, kvdb.ErrInvalidArgument},
	{bolterrors.ErrIncompatibleValue, kvdb.ErrInvalidArgument}, // the key of a nested bucket
	{bolterrors.ErrKeyTooLarge, kvdb.ErrTooLarge},
	{bolterrors.ErrValueTooLarge, kvdb.ErrTooLarge},
	{bolterrors.ErrTimeout, kvdb.ErrUnavailable},        // the lock of the file
	{bolterrors.ErrInvalidMapping, kvdb.ErrUnavailable}, // memory for an earlier write
	{bolterrors.ErrInvalid, kvdb.ErrCorruption},
	{bolterrors.ErrChecksum, kvdb.ErrCorruption},
	{bolterrors.ErrVersionMismatch, kvdb.ErrCorruption},
	{errShort, kvdb.ErrCorruption},
	{bolterrors.ErrMaxSizeReached, kvdb.ErrNoSpace},
	{syscall.ENOSPC, kvdb.ErrNoSpace},
	{syscall.EDQUOT, kvdb.ErrNoSpace},
	{syscall.EFBIG, kvdb.ErrNoSpace}, // above a limit of the process or the filesystem
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
	// Of these bbolt keeps words only: a file that cannot grow, with what the
	// operating system said, and one that cannot hold its first pages.
	text := err.Error()
	switch {
	case isNoSpace(err), strings.Contains(text, "file resize error: ") && saysNoSpace(text):
		return kvdb.ErrNoSpace
	case strings.Contains(text, "file size too small "):
		return kvdb.ErrCorruption
	}
	return nil
}

// isNoSpace reports whether err is one of those by which Windows says that a
// disk or a quota is full.
func isNoSpace(err error) bool {
	code, ok := errors.AsType[syscall.Errno](err)
	if !ok || runtime.GOOS != "windows" {
		return false
	}
	const handleDiskFull, diskFull, quotaExceeded = 39, 112, 1295
	return code == handleDiskFull || code == diskFull || code == quotaExceeded
}

func saysNoSpace(text string) bool {
	for _, code := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if strings.Contains(text, code.Error()) {
			return true
		}
	}
	return false
}
