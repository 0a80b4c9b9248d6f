package repotest

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// root is the directory of the repository.
const root = "../.."

// rootPath is the path of the root module, and the prefix of all others.
const rootPath = "github.com/otelkv/otelkv"

// A module is one go.mod of the repository.
type module struct {
	dir  string // relative to the root, with slashes: "." or "kvdb/kvpebble"
	file *modfile.File
}

func (m module) path() string { return m.file.Module.Mod.Path }

// modules returns every module of the tree, in or out of the workspace.
func modules(t *testing.T) []module {
	t.Helper()
	var all []module
	for _, name := range files(t, func(name string) bool { return path.Base(name) == "go.mod" }) {
		all = append(all, module{dir: path.Dir(name), file: parseModule(t, name)})
	}
	return all
}

func parseModule(t *testing.T, name string) *modfile.File {
	t.Helper()
	f, err := modfile.Parse(name, read(t, name), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// files returns the names, relative to the root, of the files that match, in
// order. It leaves out what Git ignores, hidden folders but .ci, and testdata.
func files(t *testing.T, match func(name string) bool) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || hidden(d.Name())):
			return fs.SkipDir
		case !d.IsDir() && match(name):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func hidden(name string) bool {
	return len(name) > 1 && strings.HasPrefix(name, ".") && name != ".ci"
}

// read returns the contents of a file whose name is relative to the root.
func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// run runs a command in dir with additions to the environment.
func run(t *testing.T, dir string, env []string, name string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(os.Environ(), env)
	var out, diagnostics bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diagnostics
	err = cmd.Run()
	return out.String(), diagnostics.String(), err
}
