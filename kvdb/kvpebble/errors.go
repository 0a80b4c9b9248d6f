package kvpebble

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/redact"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/kvdb"
)

// wrap gives an error of Pebble its kind. It is the one place that does.
func wrap(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pebble.ErrNotFound):
		return kvdb.ErrNotFound
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return kvdb.ContextError(op, err)
	}
	if e, ok := errors.AsType[*kvdb.Error](err); ok {
		return &kvdb.Error{Op: op, Kind: e.Kind, Err: e.Err}
	}
	return &kvdb.Error{Op: op, Kind: kind(err), Err: withoutKeys(err)}
}

func kind(err error) error {
	switch {
	// Pebble marks a batch that is too large as corruption, too.
	case errors.Is(err, pebble.ErrBatchTooLarge):
		return kvdb.ErrTooLarge
	case errors.Is(err, pebble.ErrClosed):
		return kvdb.ErrClosed
	case errors.Is(err, pebble.ErrReadOnly), errno.Is(err, errno.ReadOnly):
		return kvdb.ErrReadOnly
	case vfs.IsNoSpaceError(err), errno.Is(err, errno.NoSpace):
		return kvdb.ErrNoSpace
	case pebble.IsCorruptionError(err):
		return kvdb.ErrCorruption
	case errno.Is(err, errno.NotDirectory):
		return kvdb.ErrInvalidArgument
	case errno.Is(err, errno.TooManyFiles):
		return kvdb.ErrUnavailable
	}
	return nil
}

// withoutKeys returns err with a text in which Pebble's own marks tell what is
// data of the user, such as the bounds of a damaged table. Errors of the
// operating system speak of files only and stay as they are.
func withoutKeys(err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); ok && !pebble.IsCorruptionError(err) {
		return err
	}
	if _, ok := errors.AsType[syscall.Errno](err); ok {
		return err
	}
	return &redacted{err: err}
}

// redacted hides the data of the user in the text of an error.
type redacted struct{ err error }

func (r *redacted) Error() string { return safeText(r.err) }
func (r *redacted) Unwrap() error { return r.err }

// hidden is what stands for a text that may be data of the user.
const hidden = "×"

// plain are errors of the standard library whose text is a constant.
var plain = []error{
	io.EOF, io.ErrUnexpectedEOF, io.ErrShortWrite, fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrClosed,
}

// safeText returns what Pebble marks as safe of the text of an error. The wrappers
// of the standard library mark nothing, so it looks into them.
func safeText(err error) string {
	switch e := err.(type) { //nolint:errorlint // each layer has a text of its own
	case syscall.Errno:
		return e.Error()
	case interface{ Unwrap() []error }:
		var texts []string
		for _, part := range e.Unwrap() {
			texts = append(texts, safeText(part))
		}
		return strings.Join(texts, "; ")
	}
	if slices.Contains(plain, err) {
		return err.Error()
	}
	text := redact.Sprint(err).Redact().StripMarkers()
	if strings.Trim(text, hidden+":; \n") != "" {
		return text
	}
	if cause := errors.Unwrap(err); cause != nil {
		return safeText(cause)
	}
	return hidden
}

// openError wraps an error of pebble.Open, which has kinds of its own.
func openError(dir string, err error) error {
	switch {
	// The error of fcntl or, on Windows, of opening a file that somebody else has open.
	case errno.Is(err, errno.Locked):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrUnavailable,
			Err: fmt.Errorf("another process has the store in %s open: %w", dir, err)}
	// Pebble names this case, and the next, in words only.
	case strings.Contains(err.Error(), "lock held by current process"):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrUnavailable,
			Err: fmt.Errorf("this process has the store in %s open already: %w", dir, err)}
	case strings.Contains(err.Error(), "comparer name from file "):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument,
			Err: fmt.Errorf("the store in %s has a Comparer of its own: give it in OpenOptions.Pebble.Comparer: %w", dir, err)}
	}
	if errors.Is(kind(err), kvdb.ErrCorruption) {
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrCorruption, Err: fmt.Errorf("the store in %s is damaged: %w", dir, withoutKeys(err))}
	}
	return wrap(opOpen, err)
}

// recovered turns a panic of Pebble into the error it stands for: a handle
// that was closed behind the store's back, or what the engine cannot go on
// from. It returns nil for any other panic, which is a bug and goes on.
func (s *Store) recovered(op string, value any) error {
	err, ok := value.(error)
	if !ok {
		return nil
	}
	if f, ok := errors.AsType[*fatal](err); ok {
		s.failure.set(f.err)
		return s.failed(op)
	}
	if errors.Is(err, pebble.ErrClosed) {
		return wrap(op, err)
	}
	return nil
}
