package kvbadger

import (
	"errors"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/kvdb"
)

// Operations as errors name them.
const (
	opNew     = "new"
	opOpen    = "open"
	opGet     = "get"
	opPut     = "put"
	opDelete  = "delete"
	opBatch   = "batch"
	opScan    = "scan"
	opView    = "view"
	opUpdate  = "update"
	opSwap    = "compare_and_swap"
	opPing    = "ping"
	opStats   = "stats"
	opVerify  = "verify"
	opCollect = "collect"
	opClose   = "close"
)

var (
	errOver    = &kvdb.Error{Kind: kvdb.ErrClosed, Err: errors.New("the transaction is over")}
	errNoValue = &kvdb.Error{Kind: kvdb.ErrCorruption, Err: errLost}
	errLost    = errors.New("the value cannot be read from the value log")
)

func errClosedFor(op string) error { return &kvdb.Error{Op: op, Kind: kvdb.ErrClosed} }

// wrap gives an error of Badger its kind. It is the one place that does.
func wrap(op string, err error) error {
	if err == nil || err == kvdb.ErrNotFound {
		return err
	}
	if e, ok := errors.AsType[*kvdb.Error](err); ok {
		return &kvdb.Error{Op: op, Kind: e.Kind, Err: e.Err}
	}
	return &kvdb.Error{Op: op, Kind: kind(err), Err: withoutKeys(err)}
}

// kinds are the errors of Badger that have a kind. It wraps some of its errors with their
// words only; of others it has no more.
var kinds = []struct{ cause, kind error }{
	{badger.ErrDBClosed, kvdb.ErrClosed},
	{badger.ErrDiscardedTxn, kvdb.ErrClosed},
	{words("No room for write"), kvdb.ErrClosed}, // of a database that is being closed
	{badger.ErrBlockedWrites, kvdb.ErrUnavailable},
	{badger.ErrConflict, kvdb.ErrConflict},
	{badger.ErrTxnTooBig, kvdb.ErrTooLarge},
	{words("is bigger than maximum offset"), kvdb.ErrTooLarge},
	{badger.ErrReadOnlyTxn, kvdb.ErrReadOnly},
	{badger.ErrEmptyKey, kvdb.ErrInvalidArgument},
	{badger.ErrInvalidKey, kvdb.ErrInvalidArgument},
	{badger.ErrBannedKey, kvdb.ErrInvalidArgument},
	{badger.ErrManagedTxn, kvdb.ErrInvalidArgument},
	{badger.ErrValueLogSize, kvdb.ErrInvalidArgument},
	{badger.ErrInvalidEncryptionKey, kvdb.ErrInvalidArgument},
	{badger.ErrEncryptionKeyMismatch, kvdb.ErrInvalidArgument},
	{badger.ErrWindowsNotSupported, kvdb.ErrInvalidArgument},
	{badger.ErrTruncateNeeded, kvdb.ErrCorruption},
	{badger.ErrInvalidDataKeyID, kvdb.ErrCorruption},
	{words("CHECKSUM_MISMATCH"), kvdb.ErrCorruption},
	{words("checksum mismatch"), kvdb.ErrCorruption},
	{words("Manifest file might be corrupted"), kvdb.ErrCorruption},
	{words("manifest has bad magic"), kvdb.ErrCorruption},
	{words("MANIFEST invalid"), kvdb.ErrCorruption},
	{words("MANIFEST removes"), kvdb.ErrCorruption},
	{words("file does not exist for table"), kvdb.ErrCorruption},
	{words("failed to read index"), kvdb.ErrCorruption},
	{words("failed to initialize"), kvdb.ErrCorruption}, // a table
	{words("failed to decompress"), kvdb.ErrCorruption},
}

// words are what an error says that Badger keeps to itself.
type words string

func (w words) Error() string { return string(w) }

func kind(err error) error {
	if _, ok := errors.AsType[*damage](err); ok {
		return kvdb.ErrCorruption
	}
	for _, k := range kinds {
		if errors.Is(err, k.cause) {
			return k.kind
		}
	}
	said := withoutQuotedKeys(err.Error())
	for _, k := range kinds {
		if strings.Contains(said, k.cause.Error()) {
			return k.kind
		}
	}
	is := func(c errno.Condition) bool { return errno.Is(err, c) || errno.IsIn(said, c) }
	switch {
	case is(errno.ReadOnly):
		return kvdb.ErrReadOnly
	case is(errno.NoSpace):
		return kvdb.ErrNoSpace
	case is(errno.NotDirectory):
		return kvdb.ErrInvalidArgument
	case is(errno.TooManyFiles):
		return kvdb.ErrUnavailable
	}
	return nil
}
