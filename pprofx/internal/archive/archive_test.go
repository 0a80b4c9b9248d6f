package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

var roomy = archive.Limits{Bytes: 1 << 20, Files: 100}

func open(t testing.TB, dir string, l archive.Limits) *archive.Archive {
	t.Helper()
	a, err := archive.Open(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// heap is the name of a heap profile taken so many nanoseconds after midnight.
func heap(after int) archive.Name {
	return archive.Name{Time: midnight.Add(time.Duration(after)), Kind: "heap", Reason: "test", Ext: "pb.gz"}
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// names returns everything that lies in dir.
func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func wantNames(t testing.TB, dir string, want ...string) {
	t.Helper()
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("the directory has %q, want %q", got, want)
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	a := open(t, dir, roomy)
	big := strings.Repeat("evidence ", 50_000)
	path, err := a.Write(heap(0), 0, text(big))
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, heap(0).String()); path != want {
		t.Errorf("the path is %s, want %s", path, want)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != big {
		t.Errorf("read %d bytes, %v; want the %d that were written", len(got), err, len(big))
	}
	wantNames(t, dir, heap(0).String())
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]fs.FileMode{path: 0o600, dir: fs.ModeDir | 0o700, filepath.Dir(dir): fs.ModeDir | 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func TestOpenRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	a := open(t, "profiles", roomy)
	t.Chdir(t.TempDir())
	path, err := a.Write(heap(0), 0, text("x"))
	if err != nil || !filepath.IsAbs(path) {
		t.Fatalf("the path is %s, %v; want an absolute one", path, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		dir    string
		limits archive.Limits
		want   string
	}{
		{file, roomy, "not a directory"},
		{filepath.Join(file, "below"), roomy, "not a directory"},
		{link, roomy, "symbolic link"},
		{dir, archive.Limits{Files: 1}, "0 bytes"},
		{dir, archive.Limits{Bytes: 1}, "0 files"},
		{dir, archive.Limits{Bytes: 1, Files: 1, FreeShare: 1}, "free share of 1"},
		{dir, archive.Limits{Bytes: 1, Files: 1, FreeShare: -0.1}, "free share of -0.1"},
		{dir, archive.Limits{Bytes: 1, Files: 1, FreeShare: math.NaN()}, "free share of NaN"},
	} {
		if a, err := archive.Open(c.dir, c.limits); err == nil || a != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Open(%s, %v) = %v, %v; want an error with %q", c.dir, c.limits, a, err, c.want)
		}
	}
}

// Two files of one name both stay.
func TestNamesakes(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, roomy)
	for i := range 3 {
		path, err := a.Write(heap(0), 0, func(w io.Writer) error {
			if i == 2 { // and one that is still being written
				if _, err := a.Write(heap(3), 0, text("3")); err != nil {
					return err
				}
				_, err := a.Write(heap(2), 0, text("4"))
				return errors.Join(err, text("2")(w))
			}
			return text(fmt.Sprint(i))(w)
		})
		if err != nil || path != filepath.Join(dir, heap(i).String()) {
			t.Errorf("the path is %s, %v; want that of %v", path, err, heap(i))
		}
	}
	for i, want := range []string{"0", "1", "2", "3", "4"} {
		if got, err := os.ReadFile(filepath.Join(dir, heap(i).String())); err != nil || string(got) != want {
			t.Errorf("file %d has %q, %v; want %q", i, got, err, want)
		}
	}
}

// The least telling files go first, then the oldest, but never the one just
// written; what lies there besides is not touched.
func TestEviction(t *testing.T) {
	type written struct {
		after  int
		weight int64
		size   int
	}
	for _, c := range []struct {
		name   string
		limits archive.Limits
		files  []written
		want   []int // after
	}{
		{"all fit", archive.Limits{Bytes: 30, Files: 3}, []written{{1, 0, 10}, {2, 0, 10}, {3, 0, 10}}, []int{1, 2, 3}},
		{"the oldest of equals", archive.Limits{Bytes: 99, Files: 2}, []written{{1, 7, 1}, {2, 7, 1}, {3, 7, 1}}, []int{2, 3}},
		{"by the name's time", archive.Limits{Bytes: 99, Files: 2}, []written{{2, 0, 1}, {1, 0, 1}, {3, 0, 1}}, []int{2, 3}},
		{"the lightest", archive.Limits{Bytes: 99, Files: 2}, []written{{1, 9, 1}, {2, -1, 1}, {3, 10, 1}}, []int{1, 3}},
		{"weights are numbers", archive.Limits{Bytes: 99, Files: 2}, []written{{1, 10, 1}, {2, 9, 1}, {3, 100, 1}}, []int{1, 3}},
		{"none is zero", archive.Limits{Bytes: 99, Files: 2}, []written{{1, 0, 1}, {2, -3, 1}, {3, 1, 1}}, []int{1, 3}},
		{"not the one just written", archive.Limits{Bytes: 99, Files: 1}, []written{{1, 9, 1}, {2, 0, 1}}, []int{2}},
		{"as many as it takes", archive.Limits{Bytes: 10, Files: 9}, []written{{1, 1, 4}, {2, 0, 4}, {3, 0, 8}}, []int{3}},
		{"no more than it takes", archive.Limits{Bytes: 10, Files: 9}, []written{{1, 1, 4}, {2, 0, 4}, {3, 0, 5}}, []int{1, 3}},
	} {
		for _, restarted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restarted %v", c.name, restarted), func(t *testing.T) {
				dir := t.TempDir()
				foreign := filepath.Join(dir, "a-foreign-file")
				if err := os.WriteFile(foreign, make([]byte, 1000), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Mkdir(filepath.Join(dir, heap(0).String()), 0o700); err != nil {
					t.Fatal(err)
				}
				a := open(t, dir, c.limits)
				for _, f := range c.files {
					if restarted {
						a = open(t, dir, c.limits)
					}
					if _, err := a.Write(heap(f.after), f.weight, text(strings.Repeat("x", f.size))); err != nil {
						t.Fatal(err)
					}
				}
				var got []int
				for after := 1; after < 9; after++ {
					prefix := strings.TrimSuffix(heap(after).String(), ".pb.gz")
					if slices.ContainsFunc(names(t, dir), func(n string) bool { return strings.HasPrefix(n, prefix) }) {
						got = append(got, after)
					}
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%v are left, want %v", got, c.want)
				}
				if len(names(t, dir)) != len(c.want)+2 {
					t.Errorf("the directory has %q, want the foreign file and directory too", names(t, dir))
				}
			})
		}
	}
}

// What is older than a week makes room for what is new, whatever they weigh.
func TestEvictionOfOld(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Limits{Bytes: 99, Files: 2})
	now := time.Now()
	var written []string
	for _, f := range []struct {
		age    time.Duration
		weight int64
	}{{8 * 24 * time.Hour, 9}, {6 * 24 * time.Hour, 5}, {0, 1}, {-time.Hour, 2}} {
		path, err := a.Write(archive.Name{Time: now.Add(-f.age), Kind: "heap", Reason: "test", Ext: "pb.gz"}, f.weight, text("x"))
		if err != nil {
			t.Fatal(err)
		}
		written = append(written, filepath.Base(path))
	}
	wantNames(t, dir, written[1], written[3])
}

// The weight stands before the extension, and is part of the path.
func TestWeightInName(t *testing.T) {
	a := open(t, t.TempDir(), roomy)
	path, err := a.Write(heap(0), 12, text("x"))
	if want := "20261123T001500.123456789Z-heap-test.w12.pb.gz"; err != nil || filepath.Base(path) != want {
		t.Errorf("the path is %s, %v; want %s", path, err, want)
	}
}

// Whatever goes wrong before a file is whole leaves nothing behind, and deletes
// nothing.
func TestWriteFails(t *testing.T) {
	broken := errors.New("broken")
	flood := func(w io.Writer) error {
		for {
			if _, err := w.Write(make([]byte, 1000)); err != nil {
				return err
			}
		}
	}
	for name, c := range map[string]struct {
		limits archive.Limits
		write  func(io.Writer) error
		want   error
		text   string
	}{
		"write's own error":   {roomy, func(w io.Writer) error { _ = text("half")(w); return broken }, broken, "broken"},
		"a panic":             {roomy, func(w io.Writer) error { _ = text("half")(w); panic("no profile") }, nil, "panic: no profile"},
		"too large":           {archive.Limits{Bytes: 100_000, Files: 1}, flood, archive.ErrTooLarge, "limit"},
		"too large at once":   {archive.Limits{Bytes: 100_000, Files: 1}, text(strings.Repeat("x", 100_001)), archive.ErrTooLarge, "limit"},
		"too large, unheeded": {archive.Limits{Bytes: 100_000, Files: 1}, func(w io.Writer) error { _ = flood(w); return nil }, archive.ErrTooLarge, "limit"},
		"too large at last":   {archive.Limits{Bytes: 10, Files: 1}, text("11 letters."), archive.ErrTooLarge, "limit"},
		"a full disk": {archive.Limits{Bytes: 1 << 20, Files: 1, FreeShare: 0.999999}, func(io.Writer) error {
			t.Error("the write of something that has no room began")
			return nil
		}, archive.ErrDiskFull, "disk"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := open(t, dir, roomy).Write(heap(0), 0, text("older")); err != nil {
				t.Fatal(err)
			}
			path, err := open(t, dir, c.limits).Write(heap(1), 0, c.write)
			if path != "" || err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("Write = %q, %v; want an error with %q", path, err, c.text)
			}
			wantNames(t, dir, heap(0).String())
		})
	}
}

// A goroutine that ends inside of write leaves nothing either.
func TestGoexit(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, roomy)
	var ended sync.WaitGroup
	ended.Go(func() {
		_, _ = a.Write(heap(0), 0, func(io.Writer) error {
			runtime.Goexit()
			return nil
		})
	})
	ended.Wait()
	wantNames(t, dir)
}

// A file may take exactly the limit.
func TestWriteToTheLimit(t *testing.T) {
	a := open(t, t.TempDir(), archive.Limits{Bytes: 200_000, Files: 1, FreeShare: 1e-9})
	if _, err := a.Write(heap(0), 0, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(make([]byte, 200_000)))
		return err
	}); err != nil {
		t.Error(err)
	}
}

// Somebody who cleans up may take the directory away.
func TestDirectoryRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "profiles")
	a := open(t, dir, roomy)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write(heap(0), 0, text("x")); err != nil {
		t.Fatal(err)
	}
	wantNames(t, dir, heap(0).String())

	if _, err := a.Write(heap(1), 0, func(io.Writer) error { return os.RemoveAll(dir) }); err == nil {
		t.Error("a file was published in a directory that is gone")
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write(heap(2), 0, text("x")); err == nil {
		t.Error("a file stands in for the directory without an error")
	}
}

func TestWriteConcurrentSafe(t *testing.T) {
	limits := archive.Limits{Bytes: 500, Files: 7, FreeShare: 1e-9}
	for processes, least := range map[int]int{1: 5, 2: 1} {
		dir := t.TempDir()
		var archives []*archive.Archive
		for range processes {
			archives = append(archives, open(t, dir, limits))
		}
		var writers sync.WaitGroup
		for i := range 8 {
			writers.Go(func() {
				for range 25 {
					if _, err := archives[i%processes].Write(heap(0), int64(i%3), text(strings.Repeat("x", 100))); err != nil {
						t.Error(err)
					}
					if i == 0 {
						open(t, dir, limits)
					}
				}
			})
		}
		writers.Wait()
		if n := len(names(t, dir)); n < least || n > 5 {
			t.Errorf("%d processes left %d files, want the 5 that fit: %q", processes, n, names(t, dir))
		}
	}
}
