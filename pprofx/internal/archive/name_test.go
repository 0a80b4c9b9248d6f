package archive_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

var midnight = time.Date(2026, 11, 23, 0, 15, 0, 123456789, time.UTC)

func TestName(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		name archive.Name
		want string
	}{
		{
			archive.Name{Time: midnight, Kind: "trace", Reason: "slow", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", Ext: "trace"},
			"20261123T001500.123456789Z-trace-slow-4bf92f3577b34da6a3ce929d0e0e4736.trace",
		},
		{archive.Name{Time: midnight, Kind: "heap", Reason: "by-call", Ext: "pb.gz"}, "20261123T001500.123456789Z-heap-by-call.pb.gz"},
		{archive.Name{Time: midnight.In(time.FixedZone("", 3600))}, "20261123T001500.123456789Z"},
		{archive.Name{Time: midnight.Truncate(time.Second), Kind: "heap"}, "20261123T001500.000000000Z-heap"},
		{
			archive.Name{Time: midnight, Kind: "../../etc", Reason: "Not Ready\n", TraceID: "ä/\x00.", Ext: "../x"},
			"20261123T001500.123456789Z-______etc-not_ready_-____._x",
		},
		{
			archive.Name{Time: midnight, Kind: long, Reason: long, TraceID: long, Ext: long},
			"20261123T001500.123456789Z-" + long[:48] + "-" + long[:48] + "-" + long[:48] + "." + long[:48],
		},
	} {
		if got := c.name.String(); got != c.want {
			t.Errorf("%+v is %q, want %q", c.name, got, c.want)
		}
	}
}

func TestNamesSortByTime(t *testing.T) {
	var names []string
	for _, later := range []time.Duration{0, 1, 999, time.Millisecond, time.Second, 10 * time.Second, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} {
		names = append(names, archive.Name{Time: midnight.Add(later), Kind: string(rune('z' - len(names)))}.String())
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %q", names)
	}
}

// Names that only begin like ours are those of others, who may keep a copy beside the
// original.
func TestForeignNames(t *testing.T) {
	dir := t.TempDir()
	base := heap(0).String()
	foreign := []string{
		base + ".bak", base + "~", base + ".part", base + " (1)", "20261123T001500.123456789Z", "20261123T001500.123456789Z-backup.tar",
		"20261123T001500.123456789Zheap.pb.gz", "20261123T001500.123456789Z-Heap.pb.gz", "20261123T001500.123456789Z-heap.w.pb.gz",
		"20261123T001500.123456789Z-heap.w7.tar", "20261399T001500.123456789Z-heap.pb.gz", "20261123T001500.123456789-heap.pb.gz",
	}
	for _, name := range foreign {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := open(t, dir, archive.Limits{Bytes: 1000, Files: 1})
	for i := range 3 {
		if _, err := a.Write(heap(i), int64(i), text("x")); err != nil {
			t.Fatal(err)
		}
	}
	if files, err := a.List(); len(files) != 1 || err != nil {
		t.Errorf("List = %v, %v", files, err)
	}
	for _, name := range foreign {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if path, err := a.Write(archive.Name{Time: midnight, Kind: "heap", Ext: "tar"}, 0, text("x")); path != "" || err == nil {
		t.Errorf("a file that would not be known again: %q, %v", path, err)
	}
}
