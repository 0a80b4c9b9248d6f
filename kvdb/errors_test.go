package kvdb_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

func TestErrorText(t *testing.T) {
	engine := errors.New("disk on fire")
	for _, c := range []struct {
		err  kvdb.Error
		want string
	}{
		{kvdb.Error{}, "kvdb"},
		{kvdb.Error{Op: "get"}, "kvdb: get"},
		{kvdb.Error{Kind: kvdb.ErrClosed}, "kvdb: closed"},
		{kvdb.Error{Err: engine}, "kvdb: disk on fire"},
		{kvdb.Error{Op: "get", Kind: kvdb.ErrClosed}, "kvdb: get: closed"},
		{kvdb.Error{Op: "put", Err: engine}, "kvdb: put: disk on fire"},
		{kvdb.Error{Op: "put", Kind: kvdb.ErrNoSpace, Err: engine}, "kvdb: put: no space: disk on fire"},
		{kvdb.Error{Op: "put", Kind: errors.New("odd")}, "kvdb: put: odd"},
		{kvdb.Error{Op: "put", Kind: errors.New("kvdb: ")}, "kvdb: put: kvdb: "},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("Error() = %q, want %q", got, c.want)
		}
	}
}

func TestErrorUnwrap(t *testing.T) {
	engine := &fs.PathError{Op: "write", Path: "wal", Err: fs.ErrClosed}
	err := error(&kvdb.Error{Op: "put", Kind: kvdb.ErrUnavailable, Err: engine})
	var path *fs.PathError
	if !errors.Is(err, kvdb.ErrUnavailable) || !errors.Is(err, fs.ErrClosed) || !errors.As(err, &path) || path != engine {
		t.Errorf("kind and cause of %v cannot both be reached", err)
	}
	if errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("%v matches a kind that it has not", err)
	}
	if got := new(kvdb.Error).Unwrap(); len(got) != 0 {
		t.Errorf("an empty error unwraps to %v", got)
	}
}

func TestCheckContext(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	caused, withCause := context.WithCancelCause(t.Context())
	withCause(errors.New("the caller's reason"))

	if err := kvdb.CheckContext(t.Context(), "get"); err != nil {
		t.Errorf("a live context: %v", err)
	}
	for _, c := range []struct {
		name    string
		ctx     context.Context
		is      error
		timeout bool
		text    string
	}{
		{"cancelled", canceled, context.Canceled, false, "kvdb: get: context canceled"},
		{"cancelled with a cause", caused, context.Canceled, false, "kvdb: get: context canceled"},
		{"expired", expired, context.DeadlineExceeded, true, "kvdb: get: timeout: context deadline exceeded"},
	} {
		err := kvdb.CheckContext(c.ctx, "get")
		if !errors.Is(err, c.is) || errors.Is(err, kvdb.ErrTimeout) != c.timeout || err.Error() != c.text {
			t.Errorf("a context that is %s: %v", c.name, err)
		}
		var e *kvdb.Error
		if !errors.As(err, &e) || e.Op != "get" {
			t.Errorf("a context that is %s: %#v is no error of a get", c.name, err)
		}
	}
}

func TestCheckKey(t *testing.T) {
	for _, key := range [][]byte{nil, {}} {
		if err := kvdb.CheckKey("put", key); !errors.Is(err, kvdb.ErrInvalidArgument) || err.Error() != "kvdb: put: invalid argument: the key is empty" {
			t.Errorf("the key %#v: %v", key, err)
		}
	}
	if err := kvdb.CheckKey("put", []byte{0}); err != nil {
		t.Errorf("a zero byte is a key: %v", err)
	}
}

// FuzzError checks that an error says what it holds once, and that its parts
// are found again.
func FuzzError(f *testing.F) {
	f.Add("get", "kvdb: closed", "file already closed")
	f.Add("", "", "")
	f.Add("put", "kvdb: ", "kvdb: put: ")
	f.Add("kvdb", "odd", "")
	f.Fuzz(func(t *testing.T, op, kind, cause string) {
		err := &kvdb.Error{Op: op}
		parts := []string{"kvdb"}
		if op != "" {
			parts = append(parts, op)
		}
		if kind != "" {
			err.Kind = errors.New(kind)
			if short, ok := strings.CutPrefix(kind, "kvdb: "); ok && short != "" {
				kind = short
			}
			parts = append(parts, kind)
		}
		if cause != "" {
			err.Err = errors.New(cause)
			parts = append(parts, cause)
		}
		if got, want := err.Error(), strings.Join(parts, ": "); got != want {
			t.Errorf("Error() = %q, want %q", got, want)
		}
		for _, part := range []error{err.Kind, err.Err} {
			if part != nil && !errors.Is(err, part) {
				t.Errorf("%v does not match its part %v", err, part)
			}
		}
		if errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("%v matches a kind by its text", err)
		}
	})
}
