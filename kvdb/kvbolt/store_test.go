package kvbolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

func TestBorrowedHandle(t *testing.T) {
	db := openBolt(t, nil)
	orders, users := borrow(t, db, &kvbolt.Options{Bucket: "orders"}), borrow(t, db, &kvbolt.Options{Bucket: "users"})
	put(t, orders, "key", "order")
	put(t, users, "key", "user")
	wantValue(t, orders, "key", "order")
	if err := orders.Close(); err != nil {
		t.Fatal(err)
	}
	wantValue(t, users, "key", "user")
	err := db.View(func(tx *bolt.Tx) error {
		if got := tx.Bucket([]byte("orders")).Get([]byte("key")); string(got) != "order" {
			t.Errorf("the handle has %q", got)
		}
		return nil
	})
	if err != nil {
		t.Errorf("the handle after Close of the store: %v", err)
	}
}

// A handle that was closed makes an error, and not a panic.
func TestNewOnAClosedHandle(t *testing.T) {
	db := openBolt(t, nil)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := kvbolt.New(db, nil)
	wantKind(t, "New", err, kvdb.ErrClosed)
	if !errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		t.Errorf("New: %v lacks bbolt's own error", err)
	}
}

// calls has every call that can fail.
func calls(t testing.TB, s *kvbolt.Store) map[string]func() error {
	all := writes(t, s)
	ctx, key := t.Context(), []byte("key")
	all["Get"] = func() error { _, err := s.Get(ctx, key); return err }
	all["AppendGet"] = func() error { _, err := s.AppendGet(ctx, nil, key); return err }
	all["Exists"] = func() error { _, err := s.Exists(ctx, key); return err }
	all["GetSized"] = func() error { _, err := s.GetSized(ctx, key, anyRoom); return err }
	all["GetManySized"] = func() error { _, err := s.GetManySized(ctx, [][]byte{key}, anyRoom); return err }
	all["GetMany"] = func() error { _, err := s.GetMany(ctx, [][]byte{key}); return err }
	all["Ping"] = func() error { return s.Ping(ctx) }
	all["AppendStats"] = func() error { _, err := s.AppendStats(ctx, nil); return err }
	all["View"] = func() error { return s.View(ctx, func(kvdb.Reader) error { return nil }) }
	all["Scan"] = func() error { _, err := entries(s.Scan(ctx, kvdb.Range{})); return err }
	all["ScanPrefix"] = func() error { _, err := entries(s.ScanPrefix(ctx, key)); return err }
	return all
}

func writes(t testing.TB, s *kvbolt.Store) map[string]func() error {
	ctx, key := t.Context(), []byte("key")
	return map[string]func() error{
		"Put":            func() error { return s.Put(ctx, key, key) },
		"Delete":         func() error { return s.Delete(ctx, key) },
		"Apply":          func() error { return s.Apply(ctx, []kvdb.Mutation{{Key: key}}) },
		"CompareAndSwap": func() error { _, err := s.CompareAndSwap(ctx, key, nil, key); return err },
		"Update":         func() error { return s.Update(ctx, func(kvdb.Txn) error { return nil }) },
	}
}

func TestBucketRemoved(t *testing.T) {
	db := openBolt(t, nil)
	s := borrow(t, db, nil)
	if err := db.Update(func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("kv")) }); err != nil {
		t.Fatal(err)
	}
	for name, call := range calls(t, s) {
		if err := call(); !errors.Is(err, bolterrors.ErrBucketNotFound) {
			t.Errorf("%s: %v, want ErrBucketNotFound", name, err)
		}
	}
}

// A nested bucket of somebody else is none of the store's keys.
func TestNestedBuckets(t *testing.T) {
	db := openBolt(t, nil)
	s := borrow(t, db, nil)
	put(t, s, "a", "")
	put(t, s, "z", "1")
	err := db.Update(func(tx *bolt.Tx) error {
		_, err := tx.Bucket([]byte("kv")).CreateBucket([]byte("nested"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, key := t.Context(), []byte("nested")
	if _, err := s.Get(ctx, key); err != kvdb.ErrNotFound {
		t.Errorf("Get: %v", err)
	}
	if err := s.Delete(ctx, key); err != nil {
		t.Errorf("Delete: %v", err)
	}
	for _, reverse := range []bool{false, true} {
		if got, err := entries(s.Scan(ctx, kvdb.Range{Reverse: reverse})); len(got) != 2 || err != nil {
			t.Errorf("Scan: %q, %v", got, err)
		}
	}
	wantKind(t, "Put", s.Put(ctx, key, nil), kvdb.ErrInvalidArgument)
}

// Two can read a file at once, but neither can make what is absent.
func TestReadOnly(t *testing.T) {
	path := newPath(t)
	s := open(t, path, nil)
	put(t, s, "key", "value")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	readOnly := &bolt.Options{ReadOnly: true}
	s = open(t, path, &kvbolt.OpenOptions{Bolt: readOnly})
	wantValue(t, s, "key", "value")
	wantValue(t, open(t, path, &kvbolt.OpenOptions{Bolt: readOnly}), "key", "value")
	for name, write := range writes(t, s) {
		wantKind(t, name, write(), kvdb.ErrReadOnly)
	}
	_, err := kvbolt.Open(path, &kvbolt.OpenOptions{Bucket: "other", Bolt: readOnly})
	wantKind(t, "Open of an absent bucket", err, kvdb.ErrInvalidArgument)
	_, err = kvbolt.Open(path+"-absent", &kvbolt.OpenOptions{Bolt: readOnly})
	wantKind(t, "Open of an absent file", err, kvdb.ErrInvalidArgument)
}

func TestTooLarge(t *testing.T) {
	s, ctx := open(t, newPath(t), nil), t.Context()
	longKey, longValue := make([]byte, kvbolt.MaxKey+1), make([]byte, kvbolt.MaxValue+1) // nobody touches it
	_, errSwap := s.CompareAndSwap(ctx, []byte("k"), nil, longValue)
	errUpdate := s.Update(ctx, func(txn kvdb.Txn) error { return txn.Put(ctx, longKey, nil) })
	for name, err := range map[string]error{
		"key":         s.Put(ctx, longKey, nil),
		"value":       s.Put(ctx, []byte("k"), longValue),
		"batch key":   s.Apply(ctx, []kvdb.Mutation{{Key: longKey}}),
		"batch value": s.Apply(ctx, []kvdb.Mutation{{Key: []byte("k"), Value: longValue}}),
		"swap":        errSwap,
		"update":      errUpdate,
	} {
		wantKind(t, name, err, kvdb.ErrTooLarge)
	}
	if err := s.Apply(ctx, []kvdb.Mutation{{Key: []byte("k"), Value: longValue, Delete: true}}); err != nil {
		t.Errorf("the value of a delete is ignored: %v", err)
	}
	if err := s.Delete(ctx, longKey); err != nil {
		t.Errorf("no such key can be there: %v", err)
	}
	put(t, s, string(longKey[1:]), "v")
	wantValue(t, s, string(longKey[1:]), "v")
}

func TestOptionsProblems(t *testing.T) {
	long := strings.Repeat("b", bolt.MaxKeySize+1)
	_, errOpen := kvbolt.Open("", &kvbolt.OpenOptions{Bucket: long, Bolt: &bolt.Options{NoSync: true, PageSize: 5000}})
	_, errNew := kvbolt.New(nil, &kvbolt.Options{Bucket: long})
	for _, tt := range []struct {
		err  error
		says []string
	}{
		{errOpen, []string{"kvdb: open: ", "path is empty", "Bucket", "OpenOptions.Bolt.NoSync", "PageSize"}},
		{errNew, []string{"kvdb: new: ", "handle is nil", "Bucket"}},
	} {
		wantKind(t, "wrong options", tt.err, kvdb.ErrInvalidArgument)
		for _, s := range tt.says {
			if !strings.Contains(tt.err.Error(), s) {
				t.Errorf("%q does not say %q", tt.err, s)
			}
		}
	}
}

func TestDescribe(t *testing.T) {
	path := newPath(t)
	db := openBolt(t, nil)
	for want, s := range map[string]*kvbolt.Store{
		"test.db":       borrow(t, db, nil),
		"test.db/users": borrow(t, db, &kvbolt.Options{Bucket: "users"}),
		"kv.db/users":   open(t, filepath.Join(t.TempDir(), "kv.db"), &kvbolt.OpenOptions{Bucket: "users"}),
		"stock":         borrow(t, db, &kvbolt.Options{Bucket: "users", Namespace: "stock"}),
		"mine":          open(t, path, &kvbolt.OpenOptions{Namespace: "mine"}),
	} {
		info := kvdb.Info{System: "bbolt", Namespace: want, MaxKey: kvbolt.MaxKey, MaxValue: kvbolt.MaxValue}
		if got := s.Describe(); got != info {
			t.Errorf("Describe() = %+v, want %+v", got, info)
		}
	}
}

func TestOpenLeavesOptionsAlone(t *testing.T) {
	user := bolt.Options{Logger: bolt.Logger(nil), FreelistType: bolt.FreelistArrayType}
	opts := kvbolt.OpenOptions{Bolt: &user}
	before, beforeDefault := fmt.Sprintf("%#v", user), fmt.Sprintf("%#v", *bolt.DefaultOptions)
	open(t, newPath(t), &opts)
	open(t, newPath(t), nil)
	if after := fmt.Sprintf("%#v", user); after != before || opts.Bucket+opts.Namespace != "" {
		t.Errorf("the user's options became %s", after)
	}
	if after := fmt.Sprintf("%#v", *bolt.DefaultOptions); after != beforeDefault {
		t.Errorf("bbolt's default options became %s", after)
	}
}

// A relative path stays what it was when the program changes its directory.
func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s := open(t, "orders.db", nil)
	t.Chdir(t.TempDir())
	if values, _ := readStats(t, s); values["kvdb.engine.disk.size"] == 0 {
		t.Errorf("the size of the file is %v", values["kvdb.engine.disk.size"])
	}
	if got := s.Describe().Namespace; got != "orders.db" {
		t.Errorf("namespace %q", got)
	}
}

// A timeout below 0 does not wait for the lock.
func TestOpenWithoutWaiting(t *testing.T) {
	path := newPath(t)
	open(t, path, nil)
	start := time.Now()
	_, err := kvbolt.Open(path, &kvbolt.OpenOptions{Bolt: &bolt.Options{Timeout: -1}})
	wantKind(t, "Open twice", err, kvdb.ErrUnavailable)
	if waited := time.Since(start); waited > time.Second/2 {
		t.Errorf("a timeout below 0 waited %v", waited)
	}
}

// child is this test binary as a process that runs one test, with a path to
// work on.
func child(t *testing.T, test, path string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), "KVBOLT_PATH="+path)
	return cmd
}

// inChild returns the path of a child, and skips the test in any other process.
func inChild(t *testing.T) string {
	path := os.Getenv("KVBOLT_PATH")
	if path == "" {
		t.Skip("only as a process of another test")
	}
	return path
}

func TestOpenUnusablePath(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	text := bytes.Repeat([]byte("no database\n"), 1000)
	for _, size := range []int{1, 100, 5000, len(text)} {
		if err := os.WriteFile(file, text[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := kvbolt.Open(file, nil)
		wantKind(t, "Open of a text", err, kvdb.ErrCorruption)
		if !strings.Contains(err.Error(), file) {
			t.Errorf("%v does not name the file", err)
		}
		if got, err := os.ReadFile(file); !bytes.Equal(got, text[:size]) {
			t.Errorf("the file of %d bytes has %d now, %v", size, len(got), err)
		}
	}
	for what, path := range map[string]string{
		"a directory":           t.TempDir(),
		"a file as a directory": filepath.Join(file, "kv.db"),
		"an absent directory":   filepath.Join(t.TempDir(), "absent", "kv.db"),
	} {
		_, err := kvbolt.Open(path, nil)
		wantKind(t, "Open of "+what, err, kvdb.ErrInvalidArgument)
	}
	if os.Getuid() > 0 {
		locked := t.TempDir()
		if err := os.Chmod(locked, 0o500); err != nil {
			t.Fatal(err)
		}
		if _, err := kvbolt.Open(filepath.Join(locked, "kv.db"), nil); !errors.Is(err, os.ErrPermission) {
			t.Errorf("Open in a directory that cannot be written: %v", err)
		}
	}
}

// anyRoom is room for a value of any size.
func anyRoom(size int) []byte { return make([]byte, 0, size) }
