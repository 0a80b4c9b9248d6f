package kvbadger

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/y"

	"github.com/otelkv/otelkv/kvdb"
)

func onFile(errno syscall.Errno) error {
	return &fs.PathError{Op: "write", Path: "000001.sst", Err: errno}
}

var mapping = []struct {
	err  error
	kind error // nil is none
}{
	{badger.ErrDBClosed, kvdb.ErrClosed},
	{badger.ErrDiscardedTxn, kvdb.ErrClosed},
	{words("No room for write"), kvdb.ErrClosed},
	{badger.ErrBlockedWrites, kvdb.ErrUnavailable},
	{badger.ErrConflict, kvdb.ErrConflict},
	{badger.ErrTxnTooBig, kvdb.ErrTooLarge},
	{words("Request size offset 5 is bigger than maximum offset 4"), kvdb.ErrTooLarge},
	{badger.ErrReadOnlyTxn, kvdb.ErrReadOnly},
	{onFile(syscall.EROFS), kvdb.ErrReadOnly},
	{badger.ErrEmptyKey, kvdb.ErrInvalidArgument},
	{badger.ErrInvalidKey, kvdb.ErrInvalidArgument},
	{badger.ErrBannedKey, kvdb.ErrInvalidArgument},
	{badger.ErrManagedTxn, kvdb.ErrInvalidArgument},
	{badger.ErrValueLogSize, kvdb.ErrInvalidArgument},
	{badger.ErrEncryptionKeyMismatch, kvdb.ErrInvalidArgument},
	{badger.ErrInvalidEncryptionKey, kvdb.ErrInvalidArgument},
	{badger.ErrTruncateNeeded, kvdb.ErrCorruption},
	{y.ErrChecksumMismatch, kvdb.ErrCorruption},
	{errors.New("manifest has checksum mismatch"), kvdb.ErrCorruption},
	{errors.New("file does not exist for table 5"), kvdb.ErrCorruption},
	{&damage{errors.New("==== Recovered====")}, kvdb.ErrCorruption},
	{onFile(syscall.ENOSPC), kvdb.ErrNoSpace},
	{onFile(syscall.EDQUOT), kvdb.ErrNoSpace},
	{onFile(syscall.ENOTDIR), kvdb.ErrInvalidArgument},
	{onFile(syscall.EMFILE), kvdb.ErrUnavailable},
	{onFile(syscall.EACCES), nil},
	{errors.New("anything"), nil},
}

// Badger wraps some errors with what they say alone, and so their kind is the same
// however they are wrapped.
func TestWrap(t *testing.T) {
	for _, tt := range mapping {
		for how, err := range map[string]error{
			"itself": tt.err, "wrapped": fmt.Errorf("outer: %w", tt.err), "in words": y.Wrapf(tt.err, "DB::Get key: %q", "DB Closed"),
			"joined": errors.Join(errors.New("outer"), tt.err),
		} {
			if _, ours := tt.err.(*damage); ours && how == "in words" {
				continue
			}
			got := wrap("get", err)
			if e, ok := got.(*kvdb.Error); !ok || e.Op != "get" || e.Kind != tt.kind || !errors.Is(got, err) {
				t.Errorf("%v, %s: %#v, want an *kvdb.Error of get with the kind %v", tt.err, how, got, tt.kind)
			}
		}
	}
	if err := wrap("get", nil); err != nil {
		t.Errorf("wrap(nil) = %v", err)
	}
	if err := wrap("get", kvdb.ErrNotFound); err != kvdb.ErrNotFound {
		t.Errorf("not found became %v, want kvdb.ErrNotFound itself", err)
	}
	if err := wrap("close", &kvdb.Error{Op: "get", Kind: kvdb.ErrNoSpace}); err.Error() != "kvdb: close: no space" {
		t.Errorf("an error that is wrapped already became %q", err)
	}
}

func TestOpenError(t *testing.T) {
	for _, tt := range []struct {
		err  error
		kind error
		says string
	}{
		{y.Wrapf(syscall.EAGAIN, "Cannot acquire directory lock on %q.", "dir"), kvdb.ErrUnavailable, "another process, or this one, has the store in dir open"},
		{y.Wrapf(badger.ErrTruncateNeeded, "end offset: %d < size: %d", 4, 5), kvdb.ErrCorruption, "the store in dir was not closed, or is damaged, and its log has to be cut: open it for writing once"},
		{y.Wrapf(y.Wrapf(y.ErrChecksumMismatch, "failed to verify checksum"), "Opening table: %q", "dir/1.sst"), kvdb.ErrCorruption, "the store in dir is damaged: Opening table: failed to verify checksum"},
		{&damage{errors.New("index out of range")}, kvdb.ErrCorruption, "the store in dir is damaged: the engine cannot make sense of a file"},
		{onFile(syscall.EACCES), nil, "000001.sst: permission denied"},
		{y.Wrapf(onFile(syscall.EMFILE), "while opening memtables"), kvdb.ErrUnavailable, "the store in dir: while opening memtables: too many open files"},
	} {
		err := openError("dir", tt.err)
		e, ok := err.(*kvdb.Error)
		if !ok || e.Op != "open" || e.Kind != tt.kind || !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("openError(%v) = %v, want the kind %v and %q", tt.err, err, tt.kind, tt.says)
		}
	}
}

// What an error says is known, and nothing of it varies.
func TestTexts(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{y.Wrapf(badger.ErrDBClosed, "DB::Get key: %q", "secret"), "kvdb: put: closed: DB::Get key: DB Closed"},
		{y.Wrap(y.Wrapf(onFile(syscall.ENOSPC), "cannot create new mem table"), "writeRequests"),
			"kvdb: put: no space: writeRequests: cannot create new mem table: no space left on device"},
		{fmt.Errorf("Value with size %d exceeded %d limit. Value:\nsecret", 5, 4), "kvdb: put: " + unworded},
		{badger.ErrTxnTooBig, "kvdb: put: too large: Txn is too big to fit into one request"},
		{errors.New("a table from secret to secret"), "kvdb: put: " + unworded},
		{&damage{errors.New("==== Recovered==== secret")}, "kvdb: put: corruption: the engine cannot make sense of a file"},
		{onFile(syscall.EIO), "kvdb: put: input/output error"},
		{syscall.EIO, "kvdb: put: input/output error"},
	} {
		if got := wrap("put", tt.err).Error(); got != tt.want {
			t.Errorf("%q became\n%q, want\n%q", tt.err, got, tt.want)
		}
	}
}

func FuzzHidesKeys(f *testing.F) {
	f.Add("secret")
	f.Add(`key: "secret`)
	f.Add("DB Closed")
	f.Fuzz(func(t *testing.T, key string) {
		const mark = "4f1c9a" // tells the key from the rest of the text
		key += mark
		for _, err := range []error{
			y.Wrapf(badger.ErrDBClosed, "DB::Get key: %q", key),
			fmt.Errorf("Key with size %d exceeded %d limit. Key:\n%s", len(key), 4, key),
			y.Wrapf(y.Wrapf(onFile(syscall.EIO), "get key: %q", key), "DB::Get key: %q", key),
			fmt.Errorf("table from %s to %s", key, key),
		} {
			got := wrap("get", err)
			if strings.Contains(got.Error(), mark) {
				t.Errorf("the text %q has the key in it", got)
			}
		}
		got := wrap("get", y.Wrapf(badger.ErrDBClosed, "DB::Get key: %q", key))
		if e, ok := got.(*kvdb.Error); !ok || e.Kind != kvdb.ErrClosed {
			t.Errorf("%v, want the kind of its cause", got)
		}
	})
}

func TestOtherPanicsGoOn(t *testing.T) {
	s := &Store{db: new(badger.DB)}
	for _, value := range []any{"a bug", errors.New("a bug"), 1} {
		func() {
			defer func() {
				if r := recover(); r != nil {
					if err := s.recovered("get", r); err != nil {
						t.Errorf("the panic %v became %v", r, err)
					}
				}
			}()
			panic(value)
		}()
	}
	func() {
		defer func() {
			if r := recover(); r != nil {
				if err := s.recovered("get", r); err != nil {
					t.Errorf("a bug of our own became %v", err)
				}
			}
		}()
		_ = []error{}[len(t.Name())]
	}()
}
