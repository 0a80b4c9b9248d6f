package repotest

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// apiFolder has a file for each package that users import, with a line for
// everything that they can write down: see [exported].
const apiFolder = "api"

// TestAPI: what users can name changes because somebody has decided so. The
// difference of a commit shows it to a reviewer, and that of two tags to the
// release.
func TestAPI(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every package")
	}
	apis := exportedAPIs(t)
	if *update {
		if err := os.RemoveAll(filepath.Join(root, apiFolder)); err != nil {
			t.Fatal(err)
		}
	}
	for name, lines := range apis {
		text := strings.Join(lines, "\n") + "\n"
		file := filepath.Join(root, filepath.FromSlash(name))
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v; if the package is meant for users: go test ./e2e/repotest -run TestAPI -update", err)
			continue
		}
		before := strings.Split(strings.TrimSpace(string(golden)), "\n")
		for _, line := range lines {
			if !slices.Contains(before, line) {
				t.Errorf("%s does not have: %s", name, line)
			}
		}
		for _, line := range before {
			if !slices.Contains(lines, line) {
				t.Errorf("%s has, and the package has not: %s", name, line)
			}
		}
	}
	for _, name := range files(t, func(name string) bool { return strings.HasPrefix(name, apiFolder+"/") }) {
		if _, known := apis[name]; !known {
			t.Errorf("%s: there is no such package", name)
		}
	}
	if t.Failed() {
		t.Log("if the change is meant, and stands in CHANGELOG.md: go test ./e2e/repotest -run TestAPI -update")
	}
}

// exportedAPIs returns the lines of each package that users import, under the
// name of its file.
func exportedAPIs(t *testing.T) map[string][]string {
	t.Helper()
	var names, args []string
	for _, dir := range products(t) {
		for name := range strings.Lines(gocmd(t, filepath.Join(root, dir), onLinux, "list", "-f", "{{if and .GoFiles (ne .Name `main`)}}{{.ImportPath}}{{end}}", "./...")) {
			if name = strings.TrimSpace(name); name != "" && !strings.Contains(name, "/internal/") {
				names = append(names, name)
			}
		}
	}
	args = append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}, names...)
	data := make(map[string]string)
	for line := range strings.Lines(gocmd(t, root, onLinux, args...)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		data[name] = file
	}
	apis := make(map[string][]string)
	for _, name := range names {
		short := strings.TrimPrefix(strings.TrimPrefix(name, rootPath), "/")
		if short == "" {
			short = path.Base(rootPath)
		}
		if lines := exported(t, name, data); len(lines) > 0 {
			apis[apiFolder+"/"+short+".txt"] = lines
		}
	}
	return apis
}

// onLinux says which system the lists are of.
var onLinux = []string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"}
