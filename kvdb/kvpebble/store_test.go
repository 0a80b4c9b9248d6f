package kvpebble_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/internal/testutil/adapter"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

func open(t testing.TB, dir string, opts *kvpebble.OpenOptions) *kvpebble.Store {
	t.Helper()
	s, err := kvpebble.Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	adapter.CloseAtEnd(t, s)
	return s
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

// A large batch gets what it needs, and leaves no such memory to small ones.
func TestLargeBatch(t *testing.T) {
	const size, small = 3 << 19, 20
	s := borrow(t, nil)
	put(t, s, "large", strings.Repeat("v", size))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range small {
		put(t, s, "small", "v")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > small*size/2 {
		t.Errorf("%d small writes after a large one allocated %d MiB", small, n>>20)
	}
}
