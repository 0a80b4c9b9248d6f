package kvpebble_test

import (
	"bufio"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

func open(t testing.TB, dir string, opts *kvpebble.OpenOptions) *kvpebble.Store {
	t.Helper()
	s, err := kvpebble.Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func put(t testing.TB, s *kvpebble.Store, key, value string) {
	t.Helper()
	if err := s.Put(t.Context(), []byte(key), []byte(value)); err != nil {
		t.Fatal(err)
	}
}

func wantValue(t testing.TB, s *kvpebble.Store, key, value string) {
	t.Helper()
	if got, err := s.Get(t.Context(), []byte(key)); err != nil || string(got) != value {
		t.Errorf("Get(%q) = %q, %v, want %q", key, got, err, value)
	}
}

func TestCapabilities(t *testing.T) {
	want := []string{"Appender", "Batcher", "Describer", "Notifier", "Pinger", "PrefixScanner", "Scanner", "StatsReader", "Viewer"}
	if got := kvdb.Capabilities(borrow(t, nil)); !reflect.DeepEqual(got, want) {
		t.Errorf("capabilities %v, want %v", got, want)
	}
}

func TestReopenKeepsWhatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	for _, opts := range []*kvpebble.OpenOptions{nil, {NoSync: true}} {
		s := open(t, dir, opts)
		put(t, s, "put", "1")
		put(t, s, "deleted", "1")
		if err := s.Delete(t.Context(), []byte("deleted")); err != nil {
			t.Fatal(err)
		}
		muts := []kvdb.Mutation{{Key: []byte("batch"), Value: []byte("2")}, {Key: []byte("put"), Value: []byte("3")}}
		if err := s.Apply(t.Context(), muts); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, opts)
		wantValue(t, s, "put", "3")
		wantValue(t, s, "batch", "2")
		if _, err := s.Get(t.Context(), []byte("deleted")); err != kvdb.ErrNotFound {
			t.Errorf("Get of a deleted key: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A crash of the machine keeps what was synced, and nothing else is promised.
func TestAcknowledgedWritesSurviveACrash(t *testing.T) {
	mem := vfs.NewCrashableMem()
	s := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: mem}})
	put(t, s, "key", "value")
	crashed := mem.CrashClone(vfs.CrashCloneCfg{})
	wantValue(t, open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: crashed}}), "key", "value")

	mem = vfs.NewCrashableMem()
	s = open(t, "db", &kvpebble.OpenOptions{NoSync: true, Pebble: &pebble.Options{FS: mem}})
	put(t, s, "key", "value")
	crashed = mem.CrashClone(vfs.CrashCloneCfg{})
	lost := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: crashed}})
	if _, err := lost.Get(t.Context(), []byte("key")); err != kvdb.ErrNotFound {
		t.Errorf("Get after a crash without syncs: %v; NoSync did not reach the engine", err)
	}
}

func TestBorrowedHandleStaysOpen(t *testing.T) {
	db := memoryDB(t)
	s, err := kvpebble.New(db, nil)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "key", "value")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, pin, err := db.Get([]byte("key")); err != nil {
		t.Errorf("the handle after Close of the store: %v", err)
	} else if err := pin.Close(); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// A handle that is closed behind the store's back makes errors, not panics.
func TestBorrowedHandleClosedFirst(t *testing.T) {
	db := memoryDB(t)
	s, err := kvpebble.New(db, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, key := t.Context(), []byte("key")
	for name, call := range map[string]func() error{
		"Get":       func() error { _, err := s.Get(ctx, key); return err },
		"AppendGet": func() error { _, err := s.AppendGet(ctx, nil, key); return err },
		"Put":       func() error { return s.Put(ctx, key, key) },
		"Delete":    func() error { return s.Delete(ctx, key) },
		"Apply":     func() error { return s.Apply(ctx, []kvdb.Mutation{{Key: key}}) },
		"Ping":      func() error { return s.Ping(ctx) },
		"View":      func() error { return s.View(ctx, func(kvdb.Reader) error { return nil }) },
		"Scan": func() (last error) {
			for _, err := range s.Scan(ctx, kvdb.Range{}) {
				last = err
			}
			return last
		},
	} {
		if err := call(); !errors.Is(err, kvdb.ErrClosed) || !errors.Is(err, pebble.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed of both packages", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// Close returns from within a loop, a view and an abandoned iterator, and the
// directory is free then.
func TestCloseInsideLoops(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	put(t, s, "a", "1")
	put(t, s, "b", "2")

	abandoned, _ := iter.Pull2(s.Scan(t.Context(), kvdb.Range{}))
	if e, err, ok := abandoned(); !ok || err != nil || string(e.Key) != "a" {
		t.Fatal(e, err, ok)
	}
	var steps []string
	err := s.View(t.Context(), func(r kvdb.Reader) error {
		for e, err := range r.Scan(t.Context(), kvdb.Range{}) {
			if err != nil {
				steps = append(steps, err.Error())
				continue
			}
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			steps = append(steps, string(e.Key)+string(e.Value)) // still valid
		}
		_, err := r.Get(t.Context(), []byte("a"))
		return err
	})
	if want := []string{"a1", "kvdb: scan: closed"}; !reflect.DeepEqual(steps, want) {
		t.Errorf("the loop saw %q, want %q", steps, want)
	}
	if !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("a read in the view after Close: %v", err)
	}
	if _, err, _ := abandoned(); !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("a step after Close: %v", err)
	}
	if _, _, ok := abandoned(); ok {
		t.Error("a scan goes on after its error")
	}
	wantValue(t, open(t, dir, nil), "a", "1")
}

func TestViewReaderAfterwards(t *testing.T) {
	s := borrow(t, nil)
	put(t, s, "a", "1")
	var leaked kvdb.Reader
	if err := s.View(t.Context(), func(r kvdb.Reader) error { leaked = r; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := leaked.Get(t.Context(), []byte("a")); !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("Get: %v, want ErrClosed", err)
	}
	for _, err := range leaked.Scan(t.Context(), kvdb.Range{}) {
		if !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Scan: %v, want ErrClosed", err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	s := borrow(t, nil)
	ctx := t.Context()
	longKey, longValue := make([]byte, kvpebble.MaxKey+1), make([]byte, kvpebble.MaxValue+1)
	// Six values at the limit exceed what a batch can hold; they share memory
	// that nobody touches.
	var huge []kvdb.Mutation
	for i := range 6 {
		huge = append(huge, kvdb.Mutation{Key: []byte{byte(i)}, Value: longValue[:kvpebble.MaxValue]})
	}
	for name, err := range map[string]error{
		"key":         s.Put(ctx, longKey, nil),
		"value":       s.Put(ctx, []byte("k"), longValue),
		"delete":      s.Delete(ctx, longKey),
		"batch key":   s.Apply(ctx, []kvdb.Mutation{{Key: longKey, Delete: true}}),
		"batch value": s.Apply(ctx, []kvdb.Mutation{{Key: []byte("k"), Value: longValue}}),
		"batch":       s.Apply(ctx, huge),
	} {
		if !errors.Is(err, kvdb.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	if err := s.Apply(ctx, []kvdb.Mutation{{Key: []byte("k"), Value: longValue, Delete: true}}); err != nil {
		t.Errorf("the value of a delete is ignored: %v", err)
	}
	key := string(longKey[:1<<16])
	put(t, s, key, "v")
	wantValue(t, s, key, "v")
}

func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	put(t, s, "key", "value")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, &kvpebble.OpenOptions{Pebble: &pebble.Options{ReadOnly: true}})
	wantValue(t, s, "key", "value")
	for _, err := range []error{
		s.Put(t.Context(), []byte("k"), nil),
		s.Delete(t.Context(), []byte("k")),
		s.Apply(t.Context(), []kvdb.Mutation{{Key: []byte("k")}}),
	} {
		if !errors.Is(err, kvdb.ErrReadOnly) || !errors.Is(err, pebble.ErrReadOnly) {
			t.Errorf("a write: %v, want ErrReadOnly", err)
		}
	}
}

func TestOptionsProblems(t *testing.T) {
	_, errOpen := kvpebble.Open("", &kvpebble.OpenOptions{
		Pebble: &pebble.Options{Comparer: comparers()["reversed"].Comparer, DisableWAL: true},
	})
	_, errNew := kvpebble.New(nil, nil)
	for _, tt := range []struct {
		err  error
		says []string
	}{
		{errOpen, []string{"kvdb: open: ", "directory is empty", "Comparer", "DisableWAL"}},
		{errNew, []string{"kvdb: new: ", "handle is nil"}},
	} {
		if _, ok := tt.err.(*kvdb.Error); !ok || !errors.Is(tt.err, kvdb.ErrInvalidArgument) {
			t.Errorf("%v, want an *kvdb.Error that is ErrInvalidArgument", tt.err)
			continue
		}
		for _, s := range tt.says {
			if !strings.Contains(tt.err.Error(), s) {
				t.Errorf("%q does not say %q", tt.err, s)
			}
		}
	}
}

func TestNamespace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	named := &kvpebble.Options{Namespace: "mine", Dir: dir}
	for want, s := range map[string]*kvpebble.Store{
		"orders": open(t, dir, nil),
		"pebble": borrow(t, nil),
		"mine":   borrow(t, named),
	} {
		info := s.Describe()
		if info.Namespace != want || info.System != "pebble" || info.Remote {
			t.Errorf("Describe() = %+v, want the namespace %s", info, want)
		}
	}
	if got := borrow(t, &kvpebble.Options{Dir: dir}).Describe().Namespace; got != "orders" {
		t.Errorf("namespace %q of a borrowed handle with a directory, want orders", got)
	}
	t.Chdir(t.TempDir())
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if got := open(t, ".", nil).Describe().Namespace; got != filepath.Base(wd) {
		t.Errorf("namespace %q of the working directory, want %q", got, filepath.Base(wd))
	}
}

func TestOpenLeavesOptionsAlone(t *testing.T) {
	var flushed bool
	listener := &pebble.EventListener{FlushEnd: func(pebble.FlushInfo) { flushed = true }}
	logger := &recorder{}
	user := &pebble.Options{FS: vfs.NewMem(), EventListener: listener, Logger: logger}
	s := open(t, "db", &kvpebble.OpenOptions{Pebble: user})
	put(t, s, "k", "v")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, "db", &kvpebble.OpenOptions{Pebble: user}) // replays the log, and flushes
	if user.EventListener != listener || user.Logger != pebble.Logger(logger) || user.Comparer != nil || listener.WriteStallEnd != nil {
		t.Error("the user's options were changed")
	}
	if !flushed {
		t.Error("the user's listener was not called")
	}
	if logger.lines == 0 {
		t.Error("the user's logger was not used")
	}
}

type recorder struct{ lines int }

func (r *recorder) Infof(string, ...any)  { r.lines++ }
func (r *recorder) Errorf(string, ...any) { r.lines++ }
func (r *recorder) Fatalf(string, ...any) { r.lines++ }

// Opening and using a store prints nothing.
func TestQuietByDefault(t *testing.T) {
	if os.Getenv("KVPEBBLE_DIR") != "" {
		t.Skip("for the parent process")
	}
	cmd := holder(t, t.TempDir())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, out := start(t, cmd)
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if stderr.Len() > 0 {
		t.Errorf("the store printed %q", stderr.String())
	}
}

func TestOpenLockedDirectory(t *testing.T) {
	dir := t.TempDir()
	cmd := holder(t, dir)
	in, out := start(t, cmd)
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_, err := kvpebble.Open(dir, nil)
	if !errors.Is(err, kvdb.ErrUnavailable) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("Open: %v, want ErrUnavailable by another process", err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, nil)
	_, err = kvpebble.Open(dir, nil)
	if !errors.Is(err, kvdb.ErrUnavailable) || !strings.Contains(err.Error(), "this process") {
		t.Errorf("Open: %v, want ErrUnavailable by this process", err)
	}
}

// holder is this test binary as a process that has dir open until its standard
// input ends.
func holder(t *testing.T, dir string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHolderProcess$")
	cmd.Env = append(os.Environ(), "KVPEBBLE_DIR="+dir)
	return cmd
}

func start(t *testing.T, cmd *exec.Cmd) (in interface{ Close() error }, out *bufio.Reader) {
	t.Helper()
	w, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return w, bufio.NewReader(r)
}

func TestHolderProcess(t *testing.T) {
	dir := os.Getenv("KVPEBBLE_DIR")
	if dir == "" {
		t.Skip("only as a process of other tests")
	}
	put(t, open(t, dir, nil), "k", "v")
	fmt.Println("open")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

func TestOpenFileInPlaceOfDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := kvpebble.Open(file, nil)
	if e, ok := err.(*kvdb.Error); !ok || e.Op != "open" || !strings.Contains(err.Error(), file) {
		t.Errorf("Open: %v, want an *kvdb.Error that names the file", err)
	}
	if got, err := os.ReadFile(file); string(got) != "mine" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
