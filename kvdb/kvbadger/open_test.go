package kvbadger_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
)

// What cannot be opened is said in one clear error, and left as it is.
func TestOpenRefuses(t *testing.T) {
	file := func(name, content string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	database := func(change func(*badger.Options), then func(t *testing.T, dir string)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			opts := badger.DefaultOptions(dir).WithLogger(nil)
			change(&opts)
			db, err := badger.Open(opts)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			then(t, dir)
		}
	}
	same := func(*badger.Options) {}
	nothing := func(*testing.T, string) {}
	for name, tt := range map[string]struct {
		before func(t *testing.T, dir string)
		opts   func(*badger.Options)
		kind   error
		says   string
	}{
		"a database of Pebble":        {file("CURRENT", "MANIFEST-000001\n"), same, kvdb.ErrInvalidArgument, "is a database of another engine: it has a file CURRENT"},
		"a newer one of Pebble":       {file("MANIFEST-000001", ""), same, kvdb.ErrInvalidArgument, "is a database of another engine"},
		"a manifest of something":     {file("MANIFEST", "something else"), same, kvdb.ErrCorruption, "has a MANIFEST that is not of Badger, or damaged"},
		"an empty manifest":           {file("MANIFEST", ""), same, kvdb.ErrCorruption, "has a MANIFEST that is not of Badger, or damaged"},
		"another format":              {file("MANIFEST", "Bdgr\x00\x00\x00\x07"), same, kvdb.ErrInvalidArgument, "is a database of version 7 of Badger's format"},
		"of another program":          {database(func(o *badger.Options) { o.ExternalMagicVersion = 5 }, nothing), same, kvdb.ErrInvalidArgument, "of another program: its ExternalMagicVersion is 5, want 0"},
		"a manifest that was changed": {database(same, file("MANIFEST", "Bdgr\x00\x00\x00\x08\x00\x00\x00\x01abcde")), same, kvdb.ErrCorruption, "is damaged: manifest has checksum mismatch"},
		"nothing, to read":            {nothing, func(o *badger.Options) { o.ReadOnly = true }, kvdb.ErrInvalidArgument, "is no directory"},
		"an empty directory, to read": {func(t *testing.T, dir string) {
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}, func(o *badger.Options) { o.ReadOnly = true }, kvdb.ErrInvalidArgument, "has no database"},
		"another key": {database(func(o *badger.Options) { o.EncryptionKey, o.IndexCacheSize = []byte("0123456789abcdef"), 1<<20 }, nothing),
			func(o *badger.Options) { o.EncryptionKey, o.IndexCacheSize = []byte("fedcba9876543210"), 1<<20 }, kvdb.ErrInvalidArgument, "Encryption key mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := newPath(t)
			tt.before(t, dir)
			b := badger.DefaultOptions("")
			tt.opts(&b)
			s, err := kvbadger.Open(dir, &kvbadger.OpenOptions{Badger: &b})
			if err == nil {
				t.Fatal("it was opened:", s.Close())
			}
			wantKind(t, "Open", err, tt.kind)
			if text := err.Error(); !strings.Contains(text, tt.says) || !strings.Contains(text, dir) || strings.Contains(text, "\n") {
				t.Errorf("%q, want one line with %q and the directory", text, tt.says)
			}
		})
	}
}

// A file in place of the directory is no database.
func TestOpenOfAFile(t *testing.T) {
	path := newPath(t)
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := kvbadger.Open(path, nil)
	wantKind(t, "Open", err, kvdb.ErrInvalidArgument)
	if want := path + " is no directory"; !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

// Every problem of the options is listed, in place of the panics and the ends of
// the process that Badger has for some.
func TestOpenListsProblems(t *testing.T) {
	b := badger.DefaultOptions("")
	b.InMemory, b.DetectConflicts, b.BlockCacheSize, b.EncryptionKey = true, false, 0, []byte("0123456789abcdef")
	b.NumLevelZeroTablesStall, b.BlockSize = 5, 0
	_, err := kvbadger.Open("", &kvbadger.OpenOptions{GarbageInterval: -time.Second, GarbageShare: 1, Badger: &b})
	wantKind(t, "Open", err, kvdb.ErrInvalidArgument)
	for _, want := range []string{
		"the directory is empty", "InMemory", "DetectConflicts", "BlockCacheSize", "IndexCacheSize", "NumLevelZeroTablesStall",
		"begin with badger.DefaultOptions", "GarbageInterval", "GarbageShare",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
	_, err = kvbadger.Open(newPath(t), &kvbadger.OpenOptions{Badger: new(badger.Options)})
	wantKind(t, "Open with zero options", err, kvdb.ErrInvalidArgument)
	b = badger.DefaultOptions("").WithValueThreshold(1 << 30)
	_, err = kvbadger.Open(newPath(t), &kvbadger.OpenOptions{Badger: &b})
	wantKind(t, "Open with too high a threshold", err, kvdb.ErrInvalidArgument)
	b = badger.DefaultOptions("").WithMemTableSize(4 << 20)
	_, err = kvbadger.Open(newPath(t), &kvbadger.OpenOptions{Badger: &b})
	wantKind(t, "Open with too small tables", err, kvdb.ErrInvalidArgument)
}

// Options that the caller keeps are not changed.
func TestOpenKeepsOptions(t *testing.T) {
	b := badger.DefaultOptions("")
	logger := b.Logger
	open(t, newPath(t), &kvbadger.OpenOptions{Badger: &b})
	if b.Dir != "" || b.ValueDir != "" || b.SyncWrites || b.Logger != logger {
		t.Errorf("the options became %+v", b)
	}
}

// Handles with which the store could not keep its contract are refused.
func TestNewRefuses(t *testing.T) {
	managed, err := badger.OpenManaged(badger.DefaultOptions(t.TempDir()).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer managed.Close()
	_, err = kvbadger.New(managed, nil)
	wantKind(t, "New of a managed handle", err, kvdb.ErrInvalidArgument)
	if err == nil || !strings.Contains(err.Error(), "OpenManaged") {
		t.Errorf("New of a managed handle: %v", err)
	}
	blind := openBadger(t, badger.DefaultOptions(t.TempDir()).WithLogger(nil).WithDetectConflicts(false))
	_, err = kvbadger.New(blind, nil)
	wantKind(t, "New of a handle that detects no conflicts", err, kvdb.ErrInvalidArgument)
	closed, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = kvbadger.New(closed, nil)
	wantKind(t, "New of a closed handle", err, kvdb.ErrClosed)
}

func TestDescribe(t *testing.T) {
	dir := newPath(t)
	values := filepath.Join(t.TempDir(), "values")
	b := badger.DefaultOptions("").WithValueDir(values).WithValueLogFileSize(1 << 20)
	got := open(t, dir, &kvbadger.OpenOptions{Badger: &b}).Describe()
	want := kvdb.Info{System: "badger", Namespace: filepath.Base(dir), TTLResolution: time.Second, MaxKey: kvbadger.MaxKey, MaxValue: 1 << 20}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, err := os.Stat(values); err != nil {
		t.Error(err)
	}
	memory := badger.DefaultOptions("").WithInMemory(true).WithLogger(nil).WithValueThreshold(1000)
	got = borrow(t, openBadger(t, memory), &kvbadger.Options{Namespace: "cache"}).Describe()
	if got.Namespace != "cache" || got.MaxValue != 999 {
		t.Errorf("in memory: %+v", got)
	}
}
