package kvpebble_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// A handle on a disk tells its directory, so a borrowed one yields all but what
// only a listener hears of.
func TestBorrowedHandleOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	s := borrowHandle(t, dir, &pebble.Options{}, nil)
	if got := s.Describe().Namespace; got != "orders" {
		t.Errorf("namespace %q, want that of the directory", got)
	}
	got, _ := readStats(t, s)
	if used, ok := got[kvdb.StatDiskUtilization]; !ok || used <= 0 || used > 1 {
		t.Errorf("%s is %v, %t", kvdb.StatDiskUtilization, used, ok)
	}
	var missing []string
	for _, info := range kvpebble.StatInfos() {
		if _, ok := got[info.Name]; !ok {
			missing = append(missing, info.Name)
		}
	}
	if want := []string{"kvdb.engine.flushes", "kvdb.engine.flush.failures", "kvdb.engine.disk.slow"}; !slices.Equal(missing, want) {
		t.Errorf("not known is %q, want %q", missing, want)
	}
}

// What a borrowed handle does not yield stands in one notice, with what to do.
func TestNoticeOfWhatIsMissing(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "orders")
	for name, tt := range map[string]struct {
		store *kvpebble.Store
		says  []string
	}{
		"memory":            {borrow(t, nil), []string{"kvpebble.NewEvents()", "Options.Dir"}},
		"memory, Events":    {borrow(t, &kvpebble.Options{Events: kvpebble.NewEvents()}), []string{"Options.Dir"}},
		"memory, Dir":       {borrow(t, &kvpebble.Options{Dir: t.TempDir()}), []string{"kvpebble.NewEvents()"}},
		"disk":              {borrowHandle(t, disk, &pebble.Options{}, nil), []string{"kvpebble.NewEvents()"}},
		"disk, Events":      {borrowHandle(t, t.TempDir(), &pebble.Options{}, &kvpebble.Options{Events: kvpebble.NewEvents()}), nil},
		"opened":            {open(t, t.TempDir(), nil), nil},
		"opened, in memory": {open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: vfs.NewMem()}}), nil},
	} {
		got := notices(t, tt.store)
		if tt.says == nil {
			if len(got) > 0 {
				t.Errorf("%s: %+v", name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Name != kvdb.NoticeStatsMissing || kvdb.CheckNotice(got[0]) != nil {
			t.Errorf("%s: %+v, want one notice", name, got)
			continue
		}
		for _, hint := range []string{"kvpebble.NewEvents()", "Options.Dir"} {
			if strings.Contains(got[0].Text, hint) != slices.Contains(tt.says, hint) {
				t.Errorf("%s: %q, want of the hints %q", name, got[0].Text, tt.says)
			}
		}
	}
}

// A log that cannot be written is told once.
func TestNoticeOfFailure(t *testing.T) {
	fs, full := fullDisk(vfs.NewMem(), ".log")
	s := open(t, "db", &kvpebble.OpenOptions{Pebble: &pebble.Options{FS: fs}})
	full.On()
	for range 3 {
		_ = s.Put(t.Context(), []byte("k"), nil)
	}
	got := notices(t, s)
	if len(got) != 1 || got[0].Name != kvdb.NoticeEngineFailed || got[0].Level != kvdb.NoticeError || !strings.Contains(got[0].Text, "open the store again") {
		t.Errorf("the notices are %+v", got)
	}
	full.Off()
	_ = s.Close()
	if err := kvdb.CheckNotice(got[0]); err != nil {
		t.Error(err)
	}
}
