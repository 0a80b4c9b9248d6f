package kvpebble

import (
	"context"
	stderrors "errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	cockroach "github.com/cockroachdb/errors"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/redact"

	"github.com/otelkv/otelkv/kvdb"
)

var kinds = []error{
	kvdb.ErrNotFound, kvdb.ErrInvalidArgument, kvdb.ErrTooLarge, kvdb.ErrClosed, kvdb.ErrReadOnly, kvdb.ErrConflict,
	kvdb.ErrTimeout, kvdb.ErrUnavailable, kvdb.ErrNoSpace, kvdb.ErrCorruption, kvdb.ErrEngineFailed, kvdb.ErrLagUnknown,
}

// corruption is a corruption error as Pebble makes them: it prints a key.
type corruption struct{ key string }

func (c corruption) Error() string        { return "bad bounds of " + c.key }
func (c corruption) Is(target error) bool { return target == pebble.ErrCorruption }
func (c corruption) SafeFormat(p redact.SafePrinter, _ rune) {
	p.Printf("bad bounds of %s", c.key)
}

var mapping = []struct {
	name string
	err  error
	kind error // nil is none
}{
	{"closed", pebble.ErrClosed, kvdb.ErrClosed},
	{"read only", pebble.ErrReadOnly, kvdb.ErrReadOnly},
	{"read only filesystem", &fs.PathError{Op: "open", Path: "LOCK", Err: syscall.EROFS}, kvdb.ErrReadOnly},
	{"too large, and marked as corruption", pebble.ErrBatchTooLarge, kvdb.ErrTooLarge},
	{"corruption", corruption{"k"}, kvdb.ErrCorruption},
	{"no space", &fs.PathError{Op: "write", Path: "000002.log", Err: syscall.ENOSPC}, kvdb.ErrNoSpace},
	{"quota", &fs.PathError{Op: "write", Path: "000002.log", Err: syscall.EDQUOT}, kvdb.ErrNoSpace},
	{"a file as large as it may be", &fs.PathError{Op: "write", Path: "000002.log", Err: syscall.EFBIG}, kvdb.ErrNoSpace},
	{"too many open files", &fs.PathError{Op: "open", Path: "000002.log", Err: syscall.EMFILE}, kvdb.ErrUnavailable},
	{"no directory", &fs.PathError{Op: "mkdir", Path: "file", Err: syscall.ENOTDIR}, kvdb.ErrInvalidArgument},
	{"deadline", context.DeadlineExceeded, kvdb.ErrTimeout},
	{"canceled", context.Canceled, nil},
	{"permission", &fs.PathError{Op: "open", Path: "LOCK", Err: syscall.EACCES}, nil},
	{"unknown", stderrors.New("anything"), nil},
}

func TestWrap(t *testing.T) {
	for _, tt := range mapping {
		for how, err := range map[string]error{"": tt.err, ", wrapped": fmt.Errorf("outer: %w", tt.err)} {
			t.Run(tt.name+how, func(t *testing.T) {
				checkWrapped(t, wrap("get", err), err, tt.kind)
			})
		}
	}
	if err := wrap("get", nil); err != nil {
		t.Errorf("wrap(nil) = %v", err)
	}
	if err := wrap("get", fmt.Errorf("outer: %w", pebble.ErrNotFound)); err != kvdb.ErrNotFound {
		t.Errorf("not found became %v, want kvdb.ErrNotFound itself", err)
	}
	if err := wrap("close", &kvdb.Error{Op: "get", Kind: kvdb.ErrNoSpace}); err.Error() != "kvdb: close: no space" {
		t.Errorf("an error that is wrapped already became %q", err)
	}
}

func checkWrapped(t *testing.T, got, cause, kind error) {
	t.Helper()
	e, ok := got.(*kvdb.Error)
	if !ok || e.Op != "get" {
		t.Fatalf("%v is %T, want an *kvdb.Error of get", got, got)
	}
	if !stderrors.Is(got, cause) {
		t.Errorf("%v does not match its cause", got)
	}
	for _, k := range kinds {
		if stderrors.Is(got, k) != (k == kind) {
			t.Errorf("%v matches %v: %t", got, k, stderrors.Is(got, k))
		}
	}
}

// Keys are hidden, the cause is not, however it is wrapped.
func TestWrapKeepsTheCause(t *testing.T) {
	damaged := stderrors.Join(cockroach.Newf("the table %s of %s is damaged", redact.Safe("000007.sst"), "secret"), io.ErrUnexpectedEOF)
	for _, err := range []error{damaged, fmt.Errorf("secret: %w", damaged), stderrors.Join(damaged, stderrors.New("secret"))} {
		text := wrap("open", err).Error()
		if !strings.Contains(text, "the table 000007.sst of × is damaged") || !strings.Contains(text, "unexpected EOF") || strings.Contains(text, "secret") {
			t.Errorf("%q became %q", err, text)
		}
	}
}

func FuzzWrapHidesKeys(f *testing.F) {
	f.Add("secret")
	f.Add("‹secret›")
	f.Add("\xff\x00secret")
	f.Fuzz(func(t *testing.T, key string) {
		const mark = "4f1c9a" // tells the key from the rest of the text
		key = mark + key + mark
		for _, err := range []error{corruption{key}, fmt.Errorf("outer %q: %w", key, corruption{key}), stderrors.New(key),
			stderrors.Join(corruption{key}, stderrors.New(key)), fmt.Errorf("%s: %w", key, stderrors.Join(stderrors.New(key), nil))} {
			if text := wrap("get", err).Error(); strings.Contains(text, mark) {
				t.Errorf("the text %q has the key in it", text)
			}
		}
	})
}

func TestOpenErrorOfLock(t *testing.T) {
	for _, tt := range []struct {
		err  error
		text string
	}{
		{&fs.PathError{Op: "fcntl", Path: "LOCK", Err: syscall.EAGAIN}, "another process"},
		{syscall.EWOULDBLOCK, "another process"},
		{stderrors.New("lock held by current process"), "this process"},
	} {
		err := openError("dir", tt.err)
		if !stderrors.Is(err, kvdb.ErrUnavailable) || !stderrors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("openError(%v) = %v, want ErrUnavailable that says %q", tt.err, err, tt.text)
		}
	}
}

func TestPanicsGoOn(t *testing.T) {
	s := &Store{failure: newFailure()}
	for _, value := range []any{"a bug", stderrors.New("a bug"), 1} {
		if err := s.recovered("get", value); err != nil {
			t.Errorf("the panic %v became %v", value, err)
		}
	}
	s.guard.init()
	func() {
		defer func() {
			if r := recover(); r != "a bug" {
				t.Errorf("recovered %v, want the bug", r)
			}
		}()
		var err error
		defer s.leave(s.guard.enter(), "get", &err)
		panic("a bug")
	}()
	s.guard.close()
	s.guard.drain(never) // hangs if the panic did not leave the guard
}
