package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "github.com/otelkv/otelkv"

// An importCase is one import in one file of the scratch tree.
type importCase struct {
	file string // where the import stands
	path string // what is imported
	wall string // the depguard list that objects; empty when the import is fine
}

var importCases = []importCase{
	{"kvdb/a.go", "slices", ""},
	{"kvdb/b.go", "go.opentelemetry.io/otel", "kvdb"},
	{"kvdb/c.go", "go.uber.org/zap", "kvdb"},
	{"kvdb/d.go", root + "/instrument", "kvdb"},
	{"kvdb/e_test.go", root + "/kvdb/kvtest", ""},

	{"kvdb/kvtest/a.go", root + "/kvdb", ""},
	{"kvdb/kvtest/b.go", "testing", ""},
	{"kvdb/kvtest/c.go", "go.uber.org/goleak", "kvtest"},
	{"kvdb/kvtest/d.go", root + "/instrument", "kvtest"},

	{"kvdb/kvpebble/a.go", root + "/kvdb", ""},
	{"kvdb/kvpebble/b.go", "github.com/cockroachdb/pebble/v2/vfs", ""},
	{"kvdb/kvpebble/c.go", "go.opentelemetry.io/otel", "adapter"},
	{"kvdb/kvpebble/d.go", "go.uber.org/zap", "adapter"},
	{"kvdb/kvpebble/e.go", root + "/instrument", "adapter"},
	{"kvdb/kvpebble/internal/f/f.go", "github.com/prometheus/client_golang/prometheus", "adapter"},
	{"kvdb/kvpebble/h.go", root + "/kvdb/internal/statistics", ""},
	{"kvdb/internal/statistics/a.go", root + "/kvdb", ""},
	{"kvdb/internal/statistics/b.go", root + "/instrument", "statistics"},
	{"kvdb/kvredis/a.go", "github.com/redis/go-redis/v9", ""},
	{"kvdb/kvredis/b.go", "github.com/redis/go-redis/extra/redisotel/v9", "adapter"},
	{"kvdb/kvredis/c.go", "go.opentelemetry.io/otel/metric", "adapter"},
	{"kvdb/kvredis/d.go", root + "/instrument", "adapter"},
	{"kvdb/kvredis/internal/pools/a.go", "github.com/redis/go-redis/v9", ""},
	{"kvdb/kvredis/internal/pools/b.go", "go.opentelemetry.io/otel/metric", "adapter"},

	{"kvdb/kvredis/redishook/a.go", root + "/instrument", ""},
	{"kvdb/kvredis/redishook/b.go", root + "/kvdb/kvredis", ""},
	{"kvdb/kvredis/redishook/c.go", "github.com/redis/go-redis/v9", ""},
	{"kvdb/kvredis/redishook/d.go", "go.opentelemetry.io/otel/metric", ""},
	{"kvdb/kvredis/redishook/e.go", "go.opentelemetry.io/otel/trace", ""},
	{"kvdb/kvredis/redishook/f.go", "go.opentelemetry.io/otel/sdk/metric", "hook"},
	{"kvdb/kvredis/redishook/g.go", "github.com/redis/go-redis/extra/redisotel/v9", "hook"},
	{"kvdb/kvredis/redishook/h.go", "go.uber.org/zap", "hook"},
	{"kvdb/kvredis/redishook/i.go", root + "/otelsetup", "hook"},
	{"kvdb/kvredis/redishook/j.go", root + "/kvdb/kvpebble", "hook"},
	{"kvdb/kvredis/redishook/k_test.go", "go.opentelemetry.io/otel/sdk/metric", ""},

	{"instrument/a.go", root + "/kvdb", ""},
	{"instrument/b.go", "go.opentelemetry.io/otel/metric", ""},
	{"instrument/c.go", "go.uber.org/zap/zapcore", ""},
	{"instrument/d.go", "go.opentelemetry.io/otel/semconv/v1.43.0/dbconv", "instrument"},
	{"instrument/p_test.go", "go.opentelemetry.io/otel/semconv/v1.43.0", ""},
	{"instrument/e.go", "go.opentelemetry.io/otel/sdk/metric", "instrument"},
	{"instrument/f.go", "go.opentelemetry.io/otel/sdk/metric/metricdata", "instrument"},
	{"instrument/g.go", "go.opentelemetry.io/otel/sdk/trace", "instrument"},
	{"instrument/h.go", "github.com/prometheus/client_golang/prometheus", "instrument"},
	{"instrument/i.go", root + "/otelsetup", "instrument"},
	{"instrument/j.go", root + "/kvdb/kvpebble", "instrument"},
	{"instrument/k.go", root + "/health", "instrument"},
	{"instrument/l.go", "go.opentelemetry.io/otel/semconv/v1.42.0", "everywhere"},
	{"instrument/m_test.go", "go.opentelemetry.io/otel/sdk/metric", ""},
	{"instrument/internal/n/n.go", "go.opentelemetry.io/otel/sdk/metric", "instrument"},
	{"instrument/producer.go", "go.opentelemetry.io/otel/sdk/metric/metricdata", ""},
	{"instrument/producer_a.go", "go.opentelemetry.io/otel/sdk/metric", "instrument"},
	{"instrument/internal/producer.go", "go.opentelemetry.io/otel/sdk/metric", "instrument"},
	{"instrument/internal/clock/a.go", root + "/kvdb", "clock"},
	{"instrument/internal/record/clock.go", root + "/instrument/internal/clock", ""},
	{"instrument/internal/record/a.go", root + "/monitoring/catalog", ""},
	{"instrument/internal/record/x/b.go", root + "/instrument/internal/table", "record"},
	{"instrument/internal/record/c.go", "go.opentelemetry.io/otel/sdk/metric/metricdata", "record"},
	{"instrument/internal/record/d.go", "go.opentelemetry.io/otel/trace", "record"},
	{"instrument/internal/record/e.go", "go.opentelemetry.io/otel/metric", "record"},
	{"instrument/internal/record/f.go", "go.uber.org/zap", "record"},
	{"instrument/internal/record/g_test.go", "go.opentelemetry.io/otel/trace", ""},
	{"instrument/internal/classify/a.go", root + "/internal/errno", ""},
	{"instrument/internal/classify/b.go", "google.golang.org/grpc/status", "classify"},
	{"instrument/internal/table/a.go", root + "/instrument/internal/record", ""},
	{"instrument/internal/table/x/b.go", root + "/instrument/internal/producer", "table"},
	{"instrument/internal/table/c.go", "go.opentelemetry.io/otel/sdk/metric/metricdata", "table"},
	{"instrument/internal/table/d.go", "go.uber.org/zap", "table"},
	{"instrument/internal/producer/a.go", "go.opentelemetry.io/otel/sdk/metric/metricdata", ""},
	{"instrument/internal/producer/x/b.go", root + "/instrument/internal/meter", "producer"},
	{"instrument/internal/producer/c.go", "go.opentelemetry.io/otel/sdk/trace", "producer"},
	{"instrument/internal/producer/d.go", "github.com/prometheus/client_golang/prometheus", "producer"},
	{"instrument/internal/meter/a.go", "go.opentelemetry.io/otel/metric", ""},
	{"instrument/internal/meter/b.go", "go.opentelemetry.io/otel/sdk/metric", "meter"},
	{"instrument/internal/meter/x/c.go", root + "/instrument/internal/producer", "meter"},
	{"instrument/internal/meter/x/d.go", root + "/instrument", "meter"},

	{"otelsetup/a.go", root + "/instrument", ""},
	{"otelsetup/b.go", "go.opentelemetry.io/otel/sdk/metric", ""},
	{"otelsetup/c.go", "github.com/prometheus/client_golang/prometheus", ""},
	{"otelsetup/d.go", "github.com/cockroachdb/pebble/v2/vfs", "otelsetup"},
	{"otelsetup/e.go", root + "/health", "otelsetup"},
	{"otelsetup/f.go", root + "/kvdb/kvpebble", "otelsetup"},
	{"otelsetup/h.go", "go.opentelemetry.io/otel/semconv/v1.43.0", "names"},

	{"otelsetup/internal/environment/a.go", "go.opentelemetry.io/otel/attribute", ""},
	{"otelsetup/internal/environment/b.go", "go.opentelemetry.io/otel/sdk/trace", "environment"},
	{"otelsetup/internal/environment/c.go", root + "/otelsetup/internal/ledger", "environment"},
	{"otelsetup/internal/exporters/a.go", root + "/otelsetup/internal/environment", ""},
	{"otelsetup/internal/exporters/b.go", root + "/instrument", "exporters"},
	{"otelsetup/internal/exporters/c.go", "github.com/prometheus/client_golang/prometheus", "exporters"},
	{"otelsetup/internal/foreign/a.go", "go.uber.org/zap", "foreign"},
	{"otelsetup/internal/producers/a.go", "go.opentelemetry.io/otel/sdk/metric/metricdata", ""},
	{"otelsetup/internal/producers/b.go", root + "/instrument", "producers"},
	{"otelsetup/internal/callbacks/a.go", root + "/otelsetup/internal/foreign", ""},
	{"otelsetup/internal/callbacks/b.go", root + "/instrument", "callbacks"},
	{"otelsetup/internal/loglevel/a.go", "go.uber.org/zap", ""},
	{"otelsetup/internal/loglevel/b.go", root + "/otelsetup/internal/logcore", "loglevel"},
	{"otelsetup/internal/sloghandler/a.go", root + "/otelsetup/internal/logcore", ""},
	{"otelsetup/internal/sloghandler/b.go", root + "/instrument", "sloghandler"},
	{"otelsetup/internal/usage/a.go", root + "/internal/system", ""},
	{"otelsetup/internal/usage/b.go", "go.opentelemetry.io/otel/sdk/metric", "usage"},
	{"otelsetup/internal/scrape/a.go", "github.com/prometheus/client_golang/prometheus", ""},
	{"otelsetup/internal/scrape/b.go", root + "/otelsetup/internal/environment", "scrape"},
	{"otelsetup/internal/scrape/c.go", "go.uber.org/zap", "scrape"},

	{"otelsetup/observe/a.go", root + "/health", ""},
	{"otelsetup/observe/b.go", root + "/otelsetup", ""},
	{"otelsetup/observe/internal/c/c.go", "github.com/prometheus/exporter-toolkit/web", ""},
	{"otelsetup/observe/d.go", "go.opentelemetry.io/otel/sdk/metric", "observe"},
	{"otelsetup/observe/e.go", root + "/kvdb/kvpebble", "observe"},

	{"internal/slogcore/a.go", "go.uber.org/zap/zapcore", ""},
	{"internal/slogcore/b.go", root + "/internal/limiter", "slogcore"},

	{"health/a.go", root + "/kvdb", ""},
	{"health/b.go", "go.opentelemetry.io/otel/metric", ""},
	{"health/f.go", root + "/monitoring/catalog", ""},
	{"instrument/o.go", root + "/monitoring/catalog", ""},
	{"kvdb/kvpebble/g.go", root + "/monitoring/catalog", "adapter"},
	{"monitoring/catalog/a.go", "go.opentelemetry.io/otel/attribute", "catalog"},
	{"health/c.go", root + "/instrument", "health"},
	{"health/d.go", root + "/otelsetup", "health"},
	{"health/e.go", "go.opentelemetry.io/otel/sdk/metric", "health"},

	{"pprofx/a.go", "runtime/pprof", ""},
	{"pprofx/b.go", root + "/instrument", "pprofx"},
	{"pprofx/c.go", root + "/otelsetup", "pprofx"},
	{"pprofx/d.go", "net/http/pprof", "everywhere"},

	{"monitoring/objective/a.go", "time", ""},
	{"monitoring/objective/b.go", root + "/kvdb", "objective"},

	{"monitoring/cmd/a.go", root + "/kvdb/kvpebble", ""},
	{"monitoring/cmd/internal/b/b.go", root + "/monitoring/cmd/internal/c", ""},
	{"monitoring/cmd/c.go", root + "/instrument", "generator"},
	{"monitoring/cmd/d.go", "go.opentelemetry.io/otel/attribute", "generator"},

	{"examples/a/a.go", root + "/instrument", ""},
	{"examples/a/b.go", root + "/internal/testutil", "examples"},
	{"examples/a/b_test.go", root + "/internal/testutil", ""},
	{"examples/a/c.go", "net/http/pprof", "everywhere"},
	{"examples/a/d.go", "testing", "production"},

	{"health/g.go", root + "/internal/system", ""},
	{"pprofx/e.go", root + "/internal/system", ""},
	{"otelsetup/g.go", root + "/internal/system", ""},
	{"kvdb/kvbolt/a.go", root + "/internal/system", ""},
	{"instrument/p.go", root + "/internal/system", "instrument"},
	{"kvdb/f.go", root + "/internal/system", "kvdb"},
	{"internal/system/a.go", "golang.org/x/sys/unix", ""},
	{"internal/system/b.go", root + "/monitoring/objective", "system"},
	{"internal/system/c.go", root + "/internal/outbox", "system"},

	{"health/h.go", root + "/internal/errno", ""},
	{"pprofx/f.go", root + "/internal/errno", ""},
	{"instrument/q.go", root + "/internal/errno", ""},
	{"kvdb/kvbolt/b.go", root + "/internal/errno", ""},
	{"kvdb/g.go", root + "/internal/errno", "kvdb"},
	{"internal/errno/a.go", "golang.org/x/sys/windows", "errno"},

	{"internal/testutil/a.go", "testing", ""},
	{"internal/b/b.go", "testing/fstest", "production"},
	{"internal/b/c.go", root + "/kvdb/kvtest", "production"},
	{"internal/b/d.go", "go.uber.org/goleak", "production"},
	{"internal/b/e_test.go", "net/http/pprof", "everywhere"},
}

// A codeCase is one file with code that a linter objects to.
type codeCase struct {
	file   string
	code   string
	linter string // empty when the code is fine
}

var codeCases = []codeCase{
	{"internal/x/a.go", `import "fmt"; func F() { fmt.Println() }`, "forbidigo"},
	{"internal/x/b.go", `import f "fmt"; func G() { f.Printf("") }`, "forbidigo"},
	{"internal/x/c.go", `import "log"; func H() { log.Fatalln() }`, "forbidigo"},
	{"internal/x/d.go", `import "os"; func I() { os.Exit(1) }`, "revive"},
	{"internal/x/e.go", `func J() { println() }`, "forbidigo"},
	{"examples/program/main.go", `import ("fmt"; "os"); func main() { fmt.Println(); os.Exit(2) }`, ""},
	{"examples/program/run.go", `import "os"; func run() { os.Exit(2) }`, "revive"},
	{"examples/program/log.go", `import "log"; func fail() { log.Fatal() }`, "forbidigo"},
}

// TestWalls lints one scratch tree for each folder of the repository, with the
// cases of that folder in it: together their imports would be circles.
func TestWalls(t *testing.T) {
	folders := make(map[string]bool)
	for _, c := range importCases {
		folders[folderOf(c.file)] = true
	}
	for _, c := range codeCases {
		folders[folderOf(c.file)] = true
	}
	for folder := range folders {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			found := lint(t, plant(t, folder))
			for _, c := range importCases {
				if folderOf(c.file) == folder {
					c.check(t, found[c.file])
				}
			}
			for _, c := range codeCases {
				if folderOf(c.file) == folder {
					c.check(t, found[c.file])
				}
			}
		})
	}
}

func (c importCase) check(t *testing.T, found []issue) {
	t.Helper()
	var walls []string
	for _, i := range found {
		if i.FromLinter == "depguard" {
			_, wall, _ := strings.Cut(i.Text, "from list '")
			wall, _, _ = strings.Cut(wall, "'")
			walls = append(walls, wall)
		}
	}
	if c.wall == "" && len(walls) > 0 {
		t.Errorf("%s: importing %s is refused by %q, want it allowed", c.file, c.path, walls)
	}
	if c.wall != "" && !slices.Contains(walls, c.wall) {
		t.Errorf("%s: importing %s is refused by %q, want %q", c.file, c.path, walls, c.wall)
	}
}

func (c codeCase) check(t *testing.T, found []issue) {
	t.Helper()
	var linters []string
	for _, i := range found {
		if i.FromLinter == "forbidigo" || strings.HasPrefix(i.Text, "deep-exit") {
			linters = append(linters, i.FromLinter)
		}
	}
	if c.linter == "" && len(linters) > 0 || c.linter != "" && !slices.Contains(linters, c.linter) {
		t.Errorf("%s: %s: objections from %q, want %q", c.file, c.code, linters, c.linter)
	}
}

// plant writes the cases of one folder into a new module with the real
// linter's configuration, and returns its directory.
func plant(t *testing.T, folder string) string {
	t.Helper()
	dir := t.TempDir()
	config, err := os.ReadFile("../../.golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, ".golangci.yml", string(config))
	write(t, dir, "go.mod", "module "+root+"\n\ngo 1.26.0\n"+stubs(t, dir))
	for _, c := range importCases {
		if folderOf(c.file) == folder {
			write(t, dir, c.file, fmt.Sprintf("package %s\n\nimport _ %q\n", packageOf(c.file), c.path))
		}
		if own, ok := strings.CutPrefix(c.path, root+"/"); ok {
			write(t, dir, own+"/doc.go", "package "+path.Base(own)+"\n")
		}
	}
	for _, c := range codeCases {
		if folderOf(c.file) == folder {
			write(t, dir, c.file, fmt.Sprintf("package %s\n\n%s\n", packageOf(c.file), c.code))
		}
	}
	return dir
}

func folderOf(file string) string {
	folder, _, _ := strings.Cut(file, "/")
	return folder
}

// packageOf returns the package of a case: main for those of a program, and
// an external one for tests, which may import what imports the tested one.
func packageOf(file string) string {
	switch name := path.Base(path.Dir(file)); {
	case strings.HasPrefix(file, "examples/program/"):
		return "main"
	case strings.HasSuffix(file, "_test.go"):
		return name + "_test"
	default:
		return name
	}
}

type issue struct {
	FromLinter, Text string
	Pos              struct{ Filename string }
}

// lint runs the pinned linter over dir and returns its issues by file.
func lint(t *testing.T, dir string) map[string][]issue {
	t.Helper()
	bin, err := exec.CommandContext(t.Context(), "go", "tool", "-n", "golangci-lint").Output()
	if err != nil {
		t.Fatalf("go tool -n golangci-lint: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), strings.TrimSpace(string(bin)), "run",
		"--enable-only=depguard,forbidigo,revive", "--uniq-by-line=false",
		"--output.json.path=stdout", "--show-stats=false", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var report struct{ Issues []issue }
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr.Bytes())
	}
	found := make(map[string][]issue)
	for _, i := range report.Issues {
		if i.FromLinter == "typecheck" {
			t.Fatalf("the scratch tree does not compile: %s: %s", i.Pos.Filename, i.Text)
		}
		found[i.Pos.Filename] = append(found[i.Pos.Filename], i)
	}
	return found
}

// modules are the roots of what importCases import from outside.
var modules = map[string]string{
	"github.com/cockroachdb/pebble/v2":             "v2.0.0",
	"github.com/prometheus/client_golang":          "v1.0.0",
	"github.com/prometheus/exporter-toolkit":       "v0.1.0",
	"github.com/redis/go-redis/extra/redisotel/v9": "v9.0.0",
	"github.com/redis/go-redis/v9":                 "v9.0.0",
	"go.opentelemetry.io/otel":                     "v1.0.0",
	"go.uber.org/goleak":                           "v1.0.0",
	"go.uber.org/zap":                              "v1.0.0",
	"golang.org/x/sys":                             "v0.1.0",
	"google.golang.org/grpc":                       "v1.0.0",
}

// stubs writes an empty package for every import from outside, so that the
// scratch tree compiles without any of the real ones, and returns the lines of
// go.mod that lead to them.
func stubs(t *testing.T, dir string) string {
	t.Helper()
	var lines strings.Builder
	for path, version := range modules {
		write(t, dir, "stubs/"+path+"/go.mod", "module "+path+"\n")
		fmt.Fprintf(&lines, "require %s %s\nreplace %[1]s => ./stubs/%[1]s\n", path, version)
	}
	for _, c := range importCases {
		host, _, _ := strings.Cut(c.path, "/")
		if strings.Contains(host, ".") && !strings.HasPrefix(c.path, root) {
			write(t, dir, "stubs/"+c.path+"/stub.go", "package stub\n")
		}
	}
	return lines.String()
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
