package kvtest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// A diskStore is a Memory that is in a file while it is closed: an embedded
// engine that is slow to open. Its lock is a second file, with the number of the
// process.
type diskStore struct {
	*kvdb.Memory
	kvdb.NoticeBoard
	path     string // empty for a store on a handle
	readOnly bool
	handle   *diskHandle

	mu   sync.Mutex
	open bool
}

// A diskHandle is what a store can borrow.
type diskHandle struct {
	mu     sync.Mutex
	closed bool
}

var errHandleClosed = errors.New("the handle is closed")

func (h *diskHandle) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errHandleClosed
	}
	h.closed = true
	return nil
}

func (h *diskHandle) check(op string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrClosed, Err: errHandleClosed}
	}
	return nil
}

func openDisk(path string, readOnly bool) (kvdb.Store, error) {
	if path == "" {
		return nil, &kvdb.Error{Op: "open", Kind: kvdb.ErrInvalidArgument}
	}
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil, &kvdb.Error{Op: "open", Kind: kvdb.ErrUnavailable, Err: errors.New(path + " is locked")}
	case errors.Is(err, syscall.ENOTDIR):
		return nil, &kvdb.Error{Op: "open", Kind: kvdb.ErrInvalidArgument, Err: err}
	case err != nil:
		return nil, &kvdb.Error{Op: "open", Err: err}
	}
	s := &diskStore{Memory: kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: filepath.Base(path)}), path: path, readOnly: readOnly, handle: new(diskHandle), open: true}
	content := make(map[string][]byte)
	if text, rerr := os.ReadFile(path); rerr == nil {
		err = json.Unmarshal(text, &content)
	}
	for key, value := range content {
		err = errors.Join(err, s.Memory.Put(context.Background(), []byte(key), value))
	}
	return s, errors.Join(err, lock.Close())
}

func borrowDisk(testing.TB) (kvdb.Store, io.Closer) {
	h := new(diskHandle)
	return &diskStore{Memory: kvdb.NewMemory(nil), handle: h, open: true}, h
}

// Capabilities of a diskStore, whose other ones are hidden.
var diskCapabilities = []string{"Batcher", "Describer", "Scanner", "Viewer"}

func (s *diskStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open && s.path != "" {
		s.open = false
		content := make(map[string][]byte)
		for e, err := range s.Memory.Scan(context.Background(), kvdb.Range{}) {
			if err != nil {
				return err
			}
			content[string(e.Key)] = append([]byte{}, e.Value...)
		}
		text, err := json.Marshal(content)
		if err != nil {
			return err
		}
		if !s.readOnly {
			err = os.WriteFile(s.path, text, 0o600)
		}
		if err := errors.Join(err, os.Remove(s.path+".lock")); err != nil {
			return err
		}
	}
	return s.Memory.Close()
}

func (s *diskStore) writes(op string) error {
	if s.readOnly {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrReadOnly}
	}
	return s.handle.check(op)
}

func (s *diskStore) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := s.handle.check("get"); err != nil {
		return nil, err
	}
	return s.Memory.Get(ctx, key)
}

func (s *diskStore) Put(ctx context.Context, key, value []byte) error {
	if err := s.writes("put"); err != nil {
		return err
	}
	return s.Memory.Put(ctx, key, value)
}

func (s *diskStore) Delete(ctx context.Context, key []byte) error {
	if err := s.writes("delete"); err != nil {
		return err
	}
	return s.Memory.Delete(ctx, key)
}

func (s *diskStore) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	if err := s.writes("batch"); err != nil {
		return err
	}
	return s.Memory.Apply(ctx, muts)
}

func (s *diskStore) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	if err := s.handle.check("scan"); err != nil {
		return func(yield func(kvdb.Entry, error) bool) { yield(kvdb.Entry{}, err) }
	}
	return s.Memory.Scan(ctx, r)
}

func (s *diskStore) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	if err := s.handle.check("view"); err != nil {
		return err
	}
	return s.Memory.View(ctx, fn)
}
