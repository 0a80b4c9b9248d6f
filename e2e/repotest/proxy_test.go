package repotest

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
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
			publish(t, dir, m.path(), version, read(t, m.dir+"/go.mod"), func(w io.Writer) error {
				return modzip.CreateFromDir(w, modpath.Version{Path: m.path(), Version: version}, filepath.Join(root, m.dir))
			})
			served = append(served, m)
		}
	}
	return served
}

// serveTags is serve for the modules that a clone of the repository has tagged.
func serveTags(t *testing.T, dir, clone, version string) []string {
	t.Helper()
	var paths []string
	tags := strings.Fields(gitcmd(t, clone, "tag", "--list", version, "*/"+version, "--sort=refname"))
	for _, tag := range tags {
		sub := strings.TrimSuffix(strings.TrimSuffix(tag, version), "/")
		name := path.Join(rootPath, sub)
		paths = append(paths, name)
		publish(t, dir, name, version, []byte(gitcmd(t, clone, "show", tag+":"+path.Join(sub, "go.mod"))), func(w io.Writer) error {
			return modzip.CreateFromVCS(w, modpath.Version{Path: name, Version: version}, clone, tag, sub)
		})
	}
	return paths
}

// publish lays out one module as the GOPROXY protocol wants it.
func publish(t *testing.T, dir, name, version string, mod []byte, zip func(io.Writer) error) {
	t.Helper()
	escaped, err := modpath.EscapePath(name)
	if err != nil {
		t.Fatal(err)
	}
	versions := filepath.Join(dir, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(file string, write func(io.Writer) error) {
		t.Helper()
		f, err := os.Create(filepath.Join(versions, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(f); err != nil {
			t.Fatalf("%s %s: %v", name, file, err)
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
		_, err := w.Write(mod)
		return err
	})
	put(version+".zip", zip)
}
