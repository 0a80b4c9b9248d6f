//go:build linux || darwin

package archive_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

// target returns a directory with files of our naming that are somebody else's.
func target(t *testing.T) (dir string, untouched func()) {
	t.Helper()
	dir = t.TempDir()
	var want []string
	for i := range 5 {
		name := heap(i).String()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	return dir, func() {
		t.Helper()
		wantNames(t, dir, want...)
	}
}

// A symbolic link that takes the place of the directory is not followed, whenever it
// does.
func TestReplacedByLink(t *testing.T) {
	little := archive.Limits{Bytes: 1000, Files: 1}
	replace := func(t *testing.T, path, target string) {
		t.Helper()
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	putBack := func(t *testing.T, path string) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
	}
	isRefused := func(t *testing.T, a *archive.Archive) {
		t.Helper()
		path, err := a.Write(heap(9), 0, text("ours"))
		if path != "" || err == nil || !strings.Contains(err.Error(), "symbolic link") {
			t.Errorf("Write = %q, %v; want an error that names the link", path, err)
		}
	}

	t.Run("before a write", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "profiles")
		a := open(t, dir, little)
		theirs, untouched := target(t)
		replace(t, dir, theirs)
		isRefused(t, a)
		untouched()
		if files, err := a.List(); err == nil {
			t.Errorf("List = %v", files)
		}
		if f, err := a.OpenFile(heap(0).String()); err == nil {
			f.Close()
			t.Error("a file of the link's target was opened")
		}
		putBack(t, dir)
		if _, err := a.Write(heap(9), 0, text("ours")); err != nil {
			t.Error(err)
		}
	})
	t.Run("during a write", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "profiles")
		a := open(t, dir, little)
		theirs, untouched := target(t)
		path, err := a.Write(heap(9), 0, func(w io.Writer) error {
			replace(t, dir, theirs)
			return text("ours")(w)
		})
		if path != "" || err == nil {
			t.Errorf("Write = %q, %v", path, err)
		}
		untouched()
		wantNames(t, dir+".away")
	})
	t.Run("above it", func(t *testing.T) {
		above := filepath.Join(t.TempDir(), "shop")
		a := open(t, filepath.Join(above, "profiles"), little)
		theirs, untouched := target(t)
		elsewhere := t.TempDir()
		if err := os.Rename(theirs, filepath.Join(elsewhere, "profiles")); err != nil {
			t.Fatal(err)
		}
		replace(t, above, elsewhere)
		isRefused(t, a)
		if err := os.Rename(filepath.Join(elsewhere, "profiles"), theirs); err != nil {
			t.Fatal(err)
		}
		untouched()
	})
	t.Run("by nothing", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "profiles")
		a := open(t, dir, little)
		missing := filepath.Join(t.TempDir(), "missing")
		replace(t, dir, missing)
		if path, err := a.Write(heap(9), 0, text("ours")); path != "" || err == nil {
			t.Errorf("Write = %q, %v", path, err)
		}
		if _, err := os.Lstat(missing); err == nil {
			t.Error("the link's target was made")
		}
	})
}

// Links above the directory are followed once: a new release of the program does not
// move the evidence of the old one.
func TestLinkAbove(t *testing.T) {
	releases := t.TempDir()
	current := filepath.Join(t.TempDir(), "current")
	to := func(release string) {
		t.Helper()
		os.Remove(current)
		if err := os.MkdirAll(filepath.Join(releases, release), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(releases, release), current); err != nil {
			t.Fatal(err)
		}
	}
	to("1")
	a := open(t, filepath.Join(current, "profiles"), roomy)
	to("2")
	path, err := a.Write(heap(0), 0, text("x"))
	if err != nil || !strings.HasSuffix(path, filepath.Join("1", "profiles", heap(0).String())) {
		t.Fatalf("Write = %q, %v; want a path below release 1", path, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// A directory that was replaced by another one is used, but not for what was begun in
// the first.
func TestReplacedByDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "profiles")
	a := open(t, dir, roomy)
	swap := func() error {
		if err := os.Rename(dir, dir+".away"); err != nil {
			return err
		}
		return os.Mkdir(dir, 0o700)
	}
	path, err := a.Write(heap(0), 0, func(w io.Writer) error { return swap() })
	if path != "" || err == nil || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("Write = %q, %v", path, err)
	}
	wantNames(t, dir)
	wantNames(t, dir+".away")
	if _, err := a.Write(heap(1), 0, text("x")); err != nil {
		t.Error(err)
	}
	wantNames(t, dir, heap(1).String())
}

// What has our naming and is no file is neither counted nor deleted nor waited for.
func TestNoFiles(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, link, sub := filepath.Join(dir, heap(0).String()), filepath.Join(dir, heap(1).String()), filepath.Join(dir, heap(2).String())
	under := filepath.Join(dir, "."+heap(3).String()+".tmp")
	for _, err := range []error{syscall.Mkfifo(pipe, 0o600), os.Symlink(target, link), os.Mkdir(sub, 0o700), syscall.Mkfifo(under, 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	a := open(t, dir, archive.Limits{Bytes: 1000, Files: 1})
	for i := range 10 { // among others the name of each of them, which is taken
		if _, err := a.Write(heap(i), 0, text("x")); err != nil {
			t.Error(err)
		}
	}
	if files, err := a.List(); len(files) != 1 || err != nil {
		t.Errorf("List = %v, %v", files, err)
	}
	for _, path := range []string{pipe, link, sub, under} {
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
		if f, err := a.OpenFile(filepath.Base(path)); err == nil {
			f.Close()
			t.Errorf("%s was opened", path)
		}
	}
	if data, err := os.ReadFile(target); string(data) != "theirs" {
		t.Errorf("%q, %v", data, err)
	}

	// A pipe in place of the directory would be waited for without an end.
	other := filepath.Join(t.TempDir(), "profiles")
	a = open(t, other, roomy)
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(other, 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := a.Write(heap(0), 0, text("x")); path != "" || err == nil {
		t.Errorf("Write = %q, %v", path, err)
	}
	if _, err := a.List(); err == nil {
		t.Error("a pipe was listed")
	}
}

// What was written while the clock was wrong makes room first.
func TestClockSetBack(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Limits{Bytes: 1000, Files: 2})
	now := time.Now()
	at := func(d time.Duration) archive.Name { return archive.Name{Time: now.Add(d), Kind: "heap", Ext: "pb.gz"} }
	for i, d := range []time.Duration{365 * 24 * time.Hour, 366 * 24 * time.Hour, -time.Hour, 0} {
		if _, err := a.Write(at(d), int64(9-i), text("x")); err != nil {
			t.Fatal(err)
		}
	}
	got := names(t, dir)
	if len(got) != 2 || !strings.HasPrefix(got[1], now.UTC().Format("20060102T150405")) {
		t.Errorf("%q are left, want those of now", got)
	}
}
