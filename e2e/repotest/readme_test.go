package repotest

import (
	"bytes"
	"flag"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var readme = flag.String("readme", "", "the only page whose programs are built, relative to the root")

// TestReadmeOutside builds, vets and uses every program that README.md and the
// guides show as their reader would: in a module of their own, with the modules of
// this tree downloaded from a proxy, so that no replace line and no workspace
// helps.
func TestReadmeOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs with all their dependencies")
	}
	proxy := t.TempDir()
	version := siblingVersion(t)
	served := serve(t, proxy, version)
	reader := outside(t, proxy)
	for _, program := range shown(t) {
		t.Run(program.name, func(t *testing.T) {
			dir := t.TempDir()
			local := localize(t, program.text)
			write(t, dir, "main.go", []byte(local.text))
			write(t, dir, "go.mod", []byte("module example.com/reader\n\ngo 1.26.0\n"))
			write(t, dir, "go.sum", sums(t))
			get := []string{"get"}
			for _, path := range imported(t, program.text, served) {
				get = append(get, path+"@"+version)
			}
			gocmd(t, dir, reader, get...)
			gocmd(t, dir, reader, "list", "-deps", ".")

			// The reader's module cache is new, and compiling from there would
			// compile the world. So build from this machine's, with the same
			// versions, and of our own modules what was downloaded.
			downloaded := gocmd(t, dir, reader, "list", "-m", "-f", "{{with .Dir}}{{$.Path}}={{.}}{{end}}", "all")
			for line := range strings.Lines(downloaded) {
				if strings.HasPrefix(line, rootPath) {
					gocmd(t, dir, builder, "mod", "edit", "-replace", strings.TrimSpace(line))
				}
			}
			gocmd(t, dir, builder, "vet", ".")
			binary := filepath.Join(t.TempDir(), "program")
			gocmd(t, dir, builder, "build", "-o", binary, ".")
			local.use(t, binary)
		})
	}
}

// A shown program is one of a page.
type shownProgram struct{ name, text string }

// shown returns the complete programs of README.md and the guides.
func shown(t *testing.T) (all []shownProgram) {
	t.Helper()
	for _, page := range pages(t) {
		if *readme == "" && page != "README.md" && !strings.HasPrefix(page, "docs/guides/") || *readme != "" && page != *readme {
			continue
		}
		found := programs(string(read(t, page)))
		if len(found) == 0 && (page == "README.md" || page == *readme) {
			t.Fatalf("%s shows no complete program", page)
		}
		for i, text := range found {
			all = append(all, shownProgram{page + " " + strconv.Itoa(i+1), text})
		}
	}
	return all
}

// gocmd runs the go command and returns what it wrote to standard output. It
// skips the test when the network is missed and not required.
func gocmd(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	stdout, stderr, err := run(t, dir, env, "go", args...)
	if err == nil {
		return stdout
	}
	stderr = progress.ReplaceAllString(stderr, "")
	if unreachable(stderr) && os.Getenv("OTELKV_E2E") != "required" {
		t.Skipf("the module proxy is out of reach, and the module cache lacks something:\n%s", stderr)
	}
	t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr)
	return ""
}

var progress = regexp.MustCompile(`(?m)^go: downloading .*\n`)

// builder is the environment that compiles what a reader downloaded.
var builder = []string{"GOWORK=off", "GOFLAGS=-mod=mod -ldflags=-s"} // half of a link is for a debugger

// outside returns the environment of a reader: their module cache is new and
// filled from the proxy in dir, from this machine's module cache, and from the
// network, in this order.
func outside(t *testing.T, dir string) []string {
	t.Helper()
	cache, proxy, _ := strings.Cut(strings.TrimSpace(gocmd(t, root, nil, "env", "GOMODCACHE", "GOPROXY")), "\n")
	return []string{
		"GOWORK=off",
		"GOFLAGS=-mod=mod -modcacherw",
		"GOMODCACHE=" + t.TempDir(),
		"GOPROXY=" + fileURL(dir) + "," + fileURL(filepath.Join(cache, "cache", "download")) + "," + proxy,
		"GONOSUMDB=" + rootPath + "," + rootPath + "/*",
	}
}

func fileURL(dir string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/")
}

// siblingVersion returns the version that the modules require of each other;
// TestSiblings sees to it that there is one.
func siblingVersion(t *testing.T) string {
	t.Helper()
	for _, m := range modules(t) {
		for _, r := range m.file.Require {
			if r.Mod.Path == rootPath {
				return r.Mod.Version
			}
		}
	}
	return "v0.1.0"
}

// sums returns the checksums of everything that the workspace depends on, so
// that the reader's module needs none from the network.
func sums(t *testing.T) []byte {
	t.Helper()
	var all bytes.Buffer
	for dir := range workspace(t) {
		if text, err := os.ReadFile(filepath.Join(root, dir, "go.sum")); err == nil {
			all.Write(text)
		}
	}
	return all.Bytes()
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```")

// programs returns the Go blocks of a page that are complete programs.
func programs(page string) []string {
	var found []string
	for _, m := range goBlock.FindAllStringSubmatch(page, -1) {
		f, err := parser.ParseFile(token.NewFileSet(), "main.go", m[1], parser.SkipObjectResolution)
		if err == nil && f.Name.Name == "main" {
			found = append(found, m[1])
		}
	}
	return found
}

// imported returns the paths of the served modules that the program imports
// packages of.
func imported(t *testing.T, program string, served []module) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "main.go", program, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		home := "" // the longest path that leads to the package
		for _, m := range served {
			if strings.HasPrefix(name+"/", m.path()+"/") && len(m.path()) > len(home) {
				home = m.path()
			}
		}
		if home != "" && !slices.Contains(paths, home) {
			paths = append(paths, home)
		}
	}
	return paths
}

// unreachable reports whether the go command failed for want of a network.
func unreachable(out string) bool {
	for _, s := range []string{"dial tcp", "no such host", "i/o timeout", "proxyconnect", "TLS handshake timeout", "module lookup disabled"} {
		if strings.Contains(out, s) {
			return true
		}
	}
	return false
}

func write(t *testing.T, dir, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPrograms(t *testing.T) {
	const page = "intro\n" +
		"```go\npackage main\n\nfunc main() {}\n```\n" +
		"```go\nx := 1 // a fragment\n```\n" +
		"```sh\ngo get\n```\n" +
		"```go\npackage lib\n```\n"
	got := programs(page)
	if want := "package main\n\nfunc main() {}\n"; len(got) != 1 || got[0] != want {
		t.Errorf("programs = %q, want %q alone", got, want)
	}
}
