package kvbolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/kvdb"
)

// openDB is bolt.Open with an error in place of a panic. It also returns the
// file, which bbolt closes unless it panics.
func openDB(path string, opts *bolt.Options) (db *bolt.DB, file *os.File, err error) {
	openFile := opts.OpenFile
	if openFile == nil {
		openFile = os.OpenFile
	}
	opts.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := openFile(name, flag, mode)
		file = f
		return f, err
	}
	err = engine(func() (err error) {
		db, err = bolt.Open(path, 0o600, opts)
		return err
	})
	if isDamage(err) && file != nil {
		err = errors.Join(err, letGo(file))
	}
	return db, file, err
}

// letGo closes a file that bbolt can no longer close. Its mapping stays.
func letGo(file *os.File) error { return errors.Join(unlock(file), file.Close()) }

// openError wraps an error of opening a file, which has kinds of its own.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		err = fmt.Errorf("%s is locked: another process, or this one, has it open: %w", path, err)
	case errors.Is(err, fs.ErrNotExist), errno.Is(err, errno.NotDirectory), errors.Is(err, syscall.EISDIR):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument, Err: err}
	case errors.Is(kind(err), kvdb.ErrCorruption):
		err = fmt.Errorf("%s is no database, or damaged: %w", path, err)
	}
	return wrap(opOpen, err)
}

// checkSize returns an error if the file lacks pages that it should have. A
// write would fill the gap with zeros.
func checkSize(tx *bolt.Tx, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if size := tx.Size(); info.Size() < size {
		return fmt.Errorf("%w: %s has %d bytes of %d", errShort, path, info.Size(), size)
	}
	return nil
}
