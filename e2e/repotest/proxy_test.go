package repotest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	modpath "golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// serve writes a module proxy for file:// URLs to dir with each module of the
// workspace, as it stands in the tree, under one version.
func serve(t *testing.T, dir, version string) []module {
	t.Helper()
	work := workspace(t)
	var served []module
	for _, m := range modules(t) {
		if work[m.dir] {
			publish(t, dir, m, version)
			served = append(served, m)
		}
	}
	return served
}

// publish lays out one module as the GOPROXY protocol wants it.
func publish(t *testing.T, dir string, m module, version string) {
	t.Helper()
	escaped, err := modpath.EscapePath(m.path())
	if err != nil {
		t.Fatal(err)
	}
	versions := filepath.Join(dir, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(name string, write func(io.Writer) error) {
		t.Helper()
		f, err := os.Create(filepath.Join(versions, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(f); err != nil {
			t.Fatalf("%s %s: %v", m.path(), name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	put("list", func(w io.Writer) error {
		_, err := fmt.Fprintln(w, version)
		return err
	})
	put(version+".info", func(w io.Writer) error {
		_, err := fmt.Fprintf(w, `{"Version":%q}`, version)
		return err
	})
	put(version+".mod", func(w io.Writer) error {
		_, err := w.Write(read(t, m.dir+"/go.mod"))
		return err
	})
	put(version+".zip", func(w io.Writer) error {
		return modzip.CreateFromDir(w, modpath.Version{Path: m.path(), Version: version}, filepath.Join(root, m.dir))
	})
}
