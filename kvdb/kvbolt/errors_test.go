package kvbolt

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelkv/otelkv/kvdb"
)

func onFile(errno syscall.Errno) error {
	return &fs.PathError{Op: "write", Path: "kv.db", Err: errno}
}

var mapping = []struct {
	err  error
	kind error // nil is none
}{
	{bolterrors.ErrDatabaseNotOpen, kvdb.ErrClosed},
	{bolterrors.ErrTxClosed, kvdb.ErrClosed},
	{bolterrors.ErrDatabaseReadOnly, kvdb.ErrReadOnly},
	{bolterrors.ErrTxNotWritable, kvdb.ErrReadOnly},
	{onFile(syscall.EROFS), kvdb.ErrReadOnly},
	{bolterrors.ErrKeyRequired, kvdb.ErrInvalidArgument},
	{bolterrors.ErrIncompatibleValue, kvdb.ErrInvalidArgument},
	{bolterrors.ErrKeyTooLarge, kvdb.ErrTooLarge},
	{bolterrors.ErrValueTooLarge, kvdb.ErrTooLarge},
	{bolterrors.ErrTimeout, kvdb.ErrUnavailable},
	{bolterrors.ErrInvalidMapping, kvdb.ErrEngineFailed},
	{bolterrors.ErrInvalid, kvdb.ErrCorruption},
	{bolterrors.ErrChecksum, kvdb.ErrCorruption},
	{bolterrors.ErrVersionMismatch, kvdb.ErrCorruption},
	{errors.New("file size too small 5000"), kvdb.ErrCorruption},
	{&damage{text: "invalid page type"}, kvdb.ErrCorruption},
	{bolterrors.ErrMaxSizeReached, kvdb.ErrNoSpace},
	{onFile(syscall.ENOSPC), kvdb.ErrNoSpace},
	{onFile(syscall.EDQUOT), kvdb.ErrNoSpace},
	{onFile(syscall.EFBIG), kvdb.ErrNoSpace},
	{fmt.Errorf("file resize error: %s", onFile(syscall.ENOSPC)), kvdb.ErrNoSpace},
	{fmt.Errorf("file resize error: %s", onFile(syscall.EIO)), nil},
	{fmt.Errorf("said %s", onFile(syscall.ENOSPC)), nil},
	{onFile(syscall.EMFILE), kvdb.ErrUnavailable},
	{fmt.Errorf("mmap allocate error: %s", syscall.ENOMEM), kvdb.ErrUnavailable},
	{onFile(syscall.EACCES), nil},
	{bolterrors.ErrBucketNotFound, nil},
	{errors.New("anything"), nil},
}

func TestWrap(t *testing.T) {
	for _, tt := range mapping {
		t.Run(tt.err.Error(), func(t *testing.T) { checkWrapped(t, wrap("get", tt.err), tt.err, tt.kind) })
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

func checkWrapped(t *testing.T, got, cause, kind error) {
	t.Helper()
	if e, ok := got.(*kvdb.Error); !ok || e.Op != "get" || e.Kind != kind || !errors.Is(got, cause) {
		t.Errorf("%#v, want an *kvdb.Error of get with the kind %v and the cause %v", got, kind, cause)
	}
}

// However an error is wrapped or joined on its way, it keeps its cause and has
// the one kind of it.
func FuzzWrap(f *testing.F) {
	for i := range mapping {
		f.Add(i, "outer", true)
	}
	f.Fuzz(func(t *testing.T, i int, text string, join bool) {
		tt := mapping[int(uint(i)%uint(len(mapping)))]
		err := fmt.Errorf("%s: %w", text, tt.err)
		if join {
			err = errors.Join(errors.New(text), err)
		}
		checkWrapped(t, wrap("get", err), tt.err, tt.kind)
	})
}

func TestOpenError(t *testing.T) {
	for _, tt := range []struct {
		err  error
		kind error
		says string
	}{
		{bolterrors.ErrTimeout, kvdb.ErrUnavailable, "kv.db is locked: another process"},
		{onFile(syscall.ENOENT), kvdb.ErrInvalidArgument, "no such file"},
		{onFile(syscall.ENOTDIR), kvdb.ErrInvalidArgument, "not a directory"},
		{onFile(syscall.EISDIR), kvdb.ErrInvalidArgument, "is a directory"},
		{bolterrors.ErrInvalid, kvdb.ErrCorruption, "kv.db is no database"},
		{onFile(syscall.EACCES), nil, "permission denied"},
	} {
		err := openError("kv.db", tt.err)
		e, ok := err.(*kvdb.Error)
		if !ok || e.Op != "open" || e.Kind != tt.kind || !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("openError(%v) = %v, want the kind %v and %q", tt.err, err, tt.kind, tt.says)
		}
	}
}

// What bbolt says in a panic is kept as far as it quotes nothing of the file.
func TestDamageHidesKeys(t *testing.T) {
	for said, want := range map[string]string{
		"misplaced bucket header: 736563726574 -> 736563726574":              "misplaced bucket header",
		"freepages: failed to get all reachable pages (key 736563726574)":    "freepages",
		"check fail: key 736563726574":                                       "check fail",
		"assertion failed: Page expected to be: 5, but self identifies as 0": "Page expected to be",
		"page 5 already freed":                                               "page 5 already freed",
		"pgid (736563726574) above high water mark (5)":                      "pgid",
	} {
		if got := withoutKeys(said); got != want {
			t.Errorf("withoutKeys(%q) = %q, want %q", said, got, want)
		}
	}
}

func FuzzDamageHidesKeys(f *testing.F) {
	f.Add("secret")
	f.Add("(: secret")
	f.Fuzz(func(t *testing.T, key string) {
		const mark = "4f1c9a" // tells the key from the rest of the text
		for _, format := range []string{"misplaced bucket header: %x%s -> %s", "check fail: %x%s%s", "unexpected bucket header flag: %x%s%s"} {
			said := fmt.Sprintf(format, key, mark, key)
			err := wrap("get", &damage{text: withoutKeys(said), cause: errors.New(said)})
			if strings.Contains(err.Error(), mark) {
				t.Errorf("the text %q has the key in it", err)
			}
		}
	})
}

func TestOtherPanicsGoOn(t *testing.T) {
	for _, value := range []any{"a bug", errors.New("a bug"), 1} {
		func() {
			defer func() {
				if r := recover(); r != value {
					t.Errorf("recovered %v, want %v", r, value)
				}
			}()
			err := engine(func() error { panic(value) })
			t.Errorf("the panic became %v", err)
		}()
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a bug of our own became an error")
			}
		}()
		_ = engine(func() error { return []error{}[len(t.Name())] })
	}()
}
