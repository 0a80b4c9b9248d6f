package days

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

var update = flag.Bool("update", false, "write what the programs emit to testdata")

// TestPages: the series of which days are made are those that quickstart emits, as far as
// rules read them.
func TestPages(t *testing.T) {
	program := build(t)
	want := namesOfRules(t)
	for engine, flag := range map[string]string{Pebble: "pebble", Bolt: "bolt"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			url := start(t, program, flag)
			file := filepath.Join("testdata", engine+".txt")
			var got []string
			if *update {
				got = settled(t, url, want, nil)
				if err := os.WriteFile(file, []byte(strings.Join(got, "\n")+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			simulated := strings.Split(strings.TrimSpace(string(text)), "\n")
			got = settled(t, url, want, simulated)
			for _, s := range simulated {
				if !slices.Contains(got, s) {
					t.Errorf("a day has %s, and quickstart has not", s)
				}
			}
			for _, s := range got {
				if !slices.Contains(simulated, s) && !failed.MatchString(s) {
					t.Errorf("quickstart has %s, and a day has not: run with -update", s)
				}
			}
		})
	}
}

// failed are series that come with an error, sooner or later.
var failed = regexp.MustCompile(`^` + durationName + `.*error_type`)

// build builds quickstart.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "quickstart")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./quickstart")
	cmd.Dir = filepath.Join("..", "..", "..", "examples")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// start starts it with errors and with exporters that reach nobody, and returns where its
// page is.
func start(t *testing.T, program, engine string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-engine", engine, "-listen", "127.0.0.1:0", "-pprof", "", "-rate", "1000", "-fault", "errors", "-dir", t.TempDir())
	cmd.Env = append(os.Environ(), "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	var stderr output
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	t.Cleanup(func() {
		_ = cmd.Cancel()
		_ = cmd.Wait()
	})
	for {
		if m := address.FindString(stderr.String()); m != "" {
			return m
		}
		if err := pause(ctx); err != nil {
			t.Fatalf("quickstart does not say where its page is: %v\n%s", err, stderr.String())
		}
	}
}

var address = regexp.MustCompile(`http://\S+/metrics`)

// settled scrapes until all that is wanted is there, or for a while.
func settled(t *testing.T, url string, names, want []string) (got []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		got = scrape(t, url, names)
		complete := slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, `kvdb_resource="cpu"`) }) &&
			slices.ContainsFunc(got, failed.MatchString)
		if want != nil {
			complete = !slices.ContainsFunc(want, func(s string) bool { return !slices.Contains(got, s) })
		}
		if complete || pause(ctx) != nil {
			return got
		}
	}
}

// pause waits for half a second.
func pause(ctx context.Context) error {
	select {
	case <-time.After(500 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// scrape returns the series of the page that have one of the names.
func scrape(t *testing.T, url string, names []string) (all []string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	for sample := range strings.Lines(string(body)) {
		if strings.HasPrefix(sample, "#") {
			continue
		}
		series := sample[:strings.LastIndex(sample, " ")]
		name, _, _ := strings.Cut(series, "{")
		if slices.Contains(names, name) {
			all = append(all, series)
		}
	}
	slices.Sort(all)
	return all
}

// namesOfRules are the names of all metrics that the shipped rules read.
func namesOfRules(t *testing.T) (names []string) {
	t.Helper()
	text, err := monitoring.Files().ReadFile("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	groups, errs := rulefmt.Parse(text, false, model.UTF8Validation, prometheus.Parser(), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			expr, err := prometheus.Parser().ParseExpr(r.Expr)
			if err != nil {
				t.Fatal(err)
			}
			parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
				if s, ok := n.(*parser.VectorSelector); ok {
					names = append(names, s.Name)
				}
				return nil
			})
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// output is what a program has written so far.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
