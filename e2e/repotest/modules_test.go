package repotest

import (
	"path"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// TestEveryModuleHasAHome: a module that is in neither place is one that no
// test, vet or lint ever sees.
func TestEveryModuleHasAHome(t *testing.T) {
	work := workspace(t)
	for _, m := range modules(t) {
		alone := strings.HasPrefix(m.dir, "tools/") || m.dir == "monitoring/proof" // which .ci/run has steps for
		if work[m.dir] == alone {
			t.Errorf("%s: in go.work %v, outside of it by plan %v; want exactly one of them", m.dir, work[m.dir], alone)
		}
		if want := path.Join(rootPath, m.dir); m.path() != want {
			t.Errorf("%s: module %s, want %s", m.dir, m.path(), want)
		}
	}
}

// TestSiblings: nested modules take each other from the tree, and say which
// released version they would take elsewhere.
func TestSiblings(t *testing.T) {
	versions := make(map[string]string)
	for _, m := range modules(t) {
		replaced := make(map[string]string)
		for _, r := range m.file.Replace {
			replaced[r.Old.Path] = r.New.Path
		}
		for _, r := range m.file.Require {
			if r.Mod.Path != rootPath && !strings.HasPrefix(r.Mod.Path, rootPath+"/") {
				continue
			}
			want := relative(m.dir, strings.TrimPrefix(strings.TrimPrefix(r.Mod.Path, rootPath), "/"))
			if got := replaced[r.Mod.Path]; got != want {
				t.Errorf("%s/go.mod: replace %s => %q, want %q", m.dir, r.Mod.Path, got, want)
			}
			versions[r.Mod.Version] = m.dir
			if semver.Compare(r.Mod.Version, "v0.0.0") <= 0 {
				t.Errorf("%s/go.mod: require %s %s, want the version that is to be released", m.dir, r.Mod.Path, r.Mod.Version)
			}
		}
	}
	if len(versions) > 1 {
		t.Errorf("modules require different versions of each other: %v", versions)
	}
}

// TestRootIsLight: whoever imports the decorator must not download engines that
// they do not use, nor have the versions moved of what only otelsetup uses.
func TestRootIsLight(t *testing.T) {
	heavy := []string{
		"github.com/cockroachdb/", "github.com/dgraph-io/", "github.com/nats-io/",
		"github.com/redis/", "go.etcd.io/", "github.com/prometheus/",
		"go.opentelemetry.io/otel/exporters/", "google.golang.org/",
	}
	for _, r := range parseModule(t, "go.mod").Require {
		for _, prefix := range heavy {
			if strings.HasPrefix(r.Mod.Path, prefix) {
				t.Errorf("go.mod requires %s", r.Mod.Path)
			}
		}
	}
}

// workspace returns the directories that go.work uses.
func workspace(t *testing.T) map[string]bool {
	t.Helper()
	work, err := modfile.ParseWork("go.work", read(t, "go.work"), nil)
	if err != nil {
		t.Fatal(err)
	}
	dirs := make(map[string]bool)
	for _, u := range work.Use {
		dirs[path.Clean(u.Path)] = true
	}
	return dirs
}

// relative returns the way from one directory of the tree to another as
// go.mod writes it: "../..", "../kvdb/kvpebble".
func relative(from, to string) string {
	up := strings.Repeat("../", strings.Count(from, "/")+1)
	if from == "." {
		up = "./"
	}
	return strings.TrimSuffix(up+to, "/")
}
