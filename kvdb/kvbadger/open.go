package kvbadger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/kvdb"
)

// Open opens the database in dir, and creates both if they do not exist. One process can
// have it open once. Close closes it.
//
// An error is a *kvdb.Error: kvdb.ErrInvalidArgument lists every problem of the
// arguments, or says that dir is no directory, holds a database of another engine or one of a
// program with a magic number of its own; kvdb.ErrUnavailable means that the directory is locked
// by another process or by this one; kvdb.ErrCorruption that the files are damaged. Two goroutines
// of Badger stay behind where it finds that only as it reads them.
func Open(dir string, opts *OpenOptions) (*Store, error) {
	c, b, err := opts.config(dir)
	if err != nil {
		return nil, err
	}
	if err := inspect(b); err != nil {
		return nil, err
	}
	s := newStore(c)
	s.owned = true
	db, err := openDB(b)
	if err != nil {
		return nil, openError(dir, err)
	}
	s.db = db
	s.collector.start(s, c.interval, c.share)
	return s, nil
}

// openDB is badger.Open with an error in place of a panic.
func openDB(b *badger.Options) (db *badger.DB, err error) {
	defer func() {
		if r := recover(); r != nil {
			d := asDamage(r)
			if d == nil {
				panic(r)
			}
			err = d
		}
	}()
	return badger.Open(*b)
}

// inspect looks at a directory before Badger does, which would make a database amid the
// files of another engine.
func inspect(b *badger.Options) error {
	for _, dir := range []string{b.Dir, b.ValueDir} {
		if err := makeDir(dir, b.ReadOnly); err != nil {
			return err
		}
	}
	magic, err := readMagic(filepath.Join(b.Dir, badger.ManifestFilename))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return checkUnused(b.Dir, b.ReadOnly)
	case err != nil:
		return openError(b.Dir, err)
	case len(magic) < magicSize || !bytes.HasPrefix(magic, []byte("Bdgr")):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrCorruption,
			Err: fmt.Errorf("%s has a MANIFEST that is not of Badger, or damaged", b.Dir)}
	}
	external, version := binary.BigEndian.Uint16(magic[4:]), binary.BigEndian.Uint16(magic[6:])
	switch {
	case version != badgerVersion:
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument,
			Err: fmt.Errorf("%s is a database of version %d of Badger's format, and this one reads version %d", b.Dir, version, badgerVersion)}
	case external != b.ExternalMagicVersion:
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument,
			Err: fmt.Errorf("%s is a database of another program: its ExternalMagicVersion is %d, want %d", b.Dir, external, b.ExternalMagicVersion)}
	}
	return checkEncryption(b)
}

// checkEncryption looks at the keys of a database with the key of the options. Badger leaves
// goroutines behind where it finds only later that they do not fit.
func checkEncryption(b *badger.Options) error {
	_, err := badger.OpenKeyRegistry(badger.KeyRegistryOptions{
		Dir: b.Dir, ReadOnly: true, EncryptionKey: b.EncryptionKey, EncryptionKeyRotationDuration: b.EncryptionKeyRotationDuration,
	})
	if err != nil {
		return openError(b.Dir, err)
	}
	return nil
}

// A manifest begins with four letters, a number of the program and one of the format.
const (
	magicSize     = 8
	badgerVersion = 8
)

func readMagic(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	magic, err := io.ReadAll(io.LimitReader(f, magicSize))
	return magic, errors.Join(err, f.Close())
}

func makeDir(dir string, readOnly bool) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) && !readOnly {
		err = os.MkdirAll(dir, 0o700)
		if err == nil {
			info, err = os.Stat(dir)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !info.IsDir():
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument, Err: fmt.Errorf("%s is no directory", dir)}
	case err != nil:
		return openError(dir, err)
	}
	return nil
}

// checkUnused returns an error if a directory without a database of Badger has one of
// another engine, or if it cannot be made.
func checkUnused(dir string, readOnly bool) error {
	if readOnly {
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument, Err: fmt.Errorf("%s has no database, which would have to be created", dir)}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return openError(dir, err)
	}
	for _, file := range files {
		// Pebble, RocksDB and LevelDB name their manifests so, and the current one there.
		if name := file.Name(); name == "CURRENT" || strings.HasPrefix(name, "MANIFEST-") || strings.HasPrefix(name, "OPTIONS-") {
			return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrInvalidArgument, Err: fmt.Errorf("%s is a database of another engine: it has a file %s", dir, name)}
		}
	}
	return nil
}

// openError wraps an error of opening a database, which has kinds of its own.
func openError(dir string, err error) error {
	said := err.Error()
	switch {
	case strings.Contains(said, "Cannot acquire directory lock"), errno.Is(err, errno.Locked):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrUnavailable,
			Err: &worded{fmt.Sprintf("another process, or this one, has the store in %s open", dir), err}}
	case strings.Contains(said, badger.ErrTruncateNeeded.Error()):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrCorruption,
			Err: &worded{fmt.Sprintf("the store in %s was not closed, or is damaged, and its log has to be cut: open it for writing once", dir), err}}
	case errors.Is(kind(err), kvdb.ErrCorruption):
		return &kvdb.Error{Op: opOpen, Kind: kvdb.ErrCorruption, Err: fmt.Errorf("the store in %s is damaged: %w", dir, withoutKeys(err))}
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return &kvdb.Error{Op: opOpen, Kind: kind(err), Err: err} // it speaks of files only
	}
	return &kvdb.Error{Op: opOpen, Kind: kind(err), Err: fmt.Errorf("the store in %s: %w", dir, withoutKeys(err))}
}
