package kvpebble

import (
	"errors"
	"io"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/otelkv/otelkv/kvdb"
)

// After a failure the files of the log stay as they are, and Pebble hears
// nothing of it.
func TestLogIsFrozenByAFailure(t *testing.T) {
	broken := errors.New("broken")
	for name, op := range map[string]errorfs.OpKind{
		"write": errorfs.OpFileWrite, "sync": errorfs.OpFileSync, "sync data": errorfs.OpFileSyncData, "sync to": errorfs.OpFileSyncTo,
	} {
		t.Run(name, func(t *testing.T) {
			mem := vfs.NewMem()
			fault := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(o errorfs.Op) error {
				if o.Kind == op {
					return broken
				}
				return nil
			})}
			failed := newFailure()
			fs := &walFS{FS: errorfs.Wrap(mem, fault), failure: failed}
			f, err := fs.Create("1.log", walCategory)
			if err != nil {
				t.Fatal(err)
			}
			write := func(s string) {
				t.Helper()
				n, err := f.Write([]byte(s))
				_, errTo := f.SyncTo(1)
				if n != len(s) || errors.Join(err, f.SyncData(), f.Sync(), errTo) != nil {
					t.Errorf("the log has errors for Pebble: %d, %v", n, err)
				}
			}
			write("before")
			fault.On()
			write("")
			fault.Off()
			if !errors.Is(failed.get(), broken) {
				t.Errorf("the failure is %v, want %v", failed.get(), broken)
			}
			write("after")
			if got := contents(t, mem, "1.log"); got != "before" {
				t.Errorf("the log holds %q, want what was there before the failure", got)
			}
			for _, create := range []func() (vfs.File, error){
				func() (vfs.File, error) { return fs.Create("2.log", walCategory) },
				func() (vfs.File, error) { return fs.ReuseForWrite("1.log", "3.log", walCategory) },
			} {
				f, err = create()
				if err != nil {
					t.Fatal(err)
				}
				write("later")
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
			if err := fs.Remove("2.log"); err != nil {
				t.Errorf("Remove of a log in memory: %v", err)
			}
			if ls, err := mem.List(""); err != nil || len(ls) != 1 {
				t.Errorf("files %q, %v, want the first log alone", ls, err)
			}
		})
	}
}

func TestOtherFilesKeepTheirErrors(t *testing.T) {
	fault := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(errorfs.Op) error { return errors.New("broken") })}
	failed := newFailure()
	fs := &walFS{FS: errorfs.Wrap(vfs.NewMem(), fault), failure: failed}
	fault.On()
	if _, err := fs.Create("1.sst", "pebble-memtable-flush"); err == nil {
		t.Error("Create of a table lost its error")
	}
	if _, err := fs.ReuseForWrite("1.sst", "2.sst", "pebble-memtable-flush"); err == nil {
		t.Error("ReuseForWrite of a table lost its error")
	}
	if failed.get() != nil {
		t.Errorf("the log failed: %v", failed.get())
	}
	if vfs.Root(fs) == nil {
		t.Error("the filesystem below is not found")
	}
}

func contents(t *testing.T, fs vfs.FS, name string) string {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func newFailure() *failure { return &failure{board: new(kvdb.NoticeBoard)} }
