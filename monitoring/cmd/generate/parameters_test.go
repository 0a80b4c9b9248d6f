package generate_test

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

func TestWrongParameters(t *testing.T) {
	for says, change := range map[string]func(*generate.Parameters){
		"p99: 150ms is no bound":       func(p *generate.Parameters) { p.P99 = 150 * time.Millisecond },
		"p99: -1s is no bound":         func(p *generate.Parameters) { p.P99 = -time.Second },
		"errors: want a share":         func(p *generate.Parameters) { p.Errors = -0.01 },
		"errors: want a share between": func(p *generate.Parameters) { p.Errors = math.NaN() },
		"saturation: want a share":     func(p *generate.Parameters) { p.Saturation = 70 },
		"disk: want a share":           func(p *generate.Parameters) { p.Disk = 0 },
		"lag: want more than 0":        func(p *generate.Parameters) { p.Lag = -time.Second },
		"capacity: want operations":    func(p *generate.Parameters) { p.Capacity = math.Inf(1) },
		"timescale: want":              func(p *generate.Parameters) { p.Timescale = 0 },
		`selector: want label="value"`: func(p *generate.Parameters) { p.Selector = "orders" },
		"selector: want a comma":       func(p *generate.Parameters) { p.Selector = `job="a" env="b"` },
		"missing closing":              func(p *generate.Parameters) { p.Selector = `job=~"("` },
		"choose the metrics":           func(p *generate.Parameters) { p.Selector = `__name__="up"` },
		"is no name of a label":        func(p *generate.Parameters) { p.Labels = map[string]string{"a-b": "c"} },
		"severity is set by":           func(p *generate.Parameters) { p.Labels = map[string]string{"severity": "low"} },
		"without braces":               func(p *generate.Parameters) { p.Labels = map[string]string{"team": "{{ x }}"} },
		"traces: \"a b\" is no uid":    func(p *generate.Parameters) { p.Traces = "a b" },
		"logs: \"loki/\" is no uid":    func(p *generate.Parameters) { p.Logs = "loki/" },
		"runbooks: want a URL":         func(p *generate.Parameters) { p.Runbooks = "runbooks" },
	} {
		p := generate.Defaults()
		change(&p)
		if _, err := generate.Files(p); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
		if err := p.Validate(); err == nil {
			t.Errorf("%q is valid", says)
		}
	}
	if err := generate.Defaults().Validate(); err != nil {
		t.Error(err)
	}
}

// Each parameter shows in the files, and in all places that its threshold has.
func TestParametersShow(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*generate.Parameters)
		rules  []string // that say so
	}{
		"p99":        {func(p *generate.Parameters) { p.P99 = time.Second }, []string{`le=~"1|1\\.0"`, "> 1\n", "histogram_fraction(-Inf, 1, "}},
		"errors":     {func(p *generate.Parameters) { p.Errors = 0.02 }, []string{"> 0.02\n"}},
		"saturation": {func(p *generate.Parameters) { p.Saturation = 0.95 }, []string{"> 0.95\n", "> 0.975\n"}},
		"lag":        {func(p *generate.Parameters) { p.Lag = 90 * time.Second }, []string{"> 90\n"}},
		"disk":       {func(p *generate.Parameters) { p.Disk = 0.8 }, []string{"86400) > 0.8\n", "> 0.8\n"}},
		"capacity":   {func(p *generate.Parameters) { p.Capacity = 2000 }, []string{"> 1800", "KVCapacityHigh"}},
		"selector": {func(p *generate.Parameters) { p.Selector = `{instance=~"a.*", env='x',}` }, []string{
			`kvdb_in_flight{instance=~"a.*", env="x"}`, `service:kvdb_requests:rate5m{env="x"}`, `absent(kvdb_in_flight{`, `up{instance=~"a.*", env="x"}`,
		}},
		"labels":    {func(p *generate.Parameters) { p.Labels = map[string]string{"team": "x"} }, []string{"team: x"}},
		"runbooks":  {func(p *generate.Parameters) { p.Runbooks = "https://wiki/kv/" }, []string{"https://wiki/kv/KVDiskFull.md"}},
		"timescale": {func(p *generate.Parameters) { p.Timescale = 0.01 }, []string{"[3s]", "[43m12s]", "for: 1s800ms", ":rate5m * 3 >= 10"}},
	} {
		p := generate.Defaults()
		tt.change(&p)
		files, err := generate.Files(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, f := range files[:2] { // rules.yaml, prometheusrule.yaml
			for _, want := range tt.rules {
				if !strings.Contains(strings.ReplaceAll(f.Text, `\"`, `"`), want) && !strings.Contains(f.Text, want) {
					t.Errorf("%s: %s does not say %s", name, f.Name, want)
				}
			}
		}
	}
}

// A label of the deployment is on every series that the rules ask for.
func TestSelectorIsEverywhere(t *testing.T) {
	p := generate.Defaults()
	p.Selector = `env="x"`
	groups, err := generate.Rules(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, r := range g.Rules {
			if bare := strings.ReplaceAll(r.Expr, `{env="x"`, "{"); r.Alert != "KVWatchdog" && (strings.Count(bare, "{") == 0 || strings.Count(bare, "{") != strings.Count(r.Expr, `env="x"`)) {
				t.Errorf("%s%s is about other deployments, too: %s", r.Alert, r.Record, r.Expr)
			}
		}
	}
}

func TestWrite(t *testing.T) {
	files := []generate.File{{Name: "rules.yaml", Text: "new"}, {Name: "runbooks/a.md", Text: "new"}}
	read := func(dir, name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	put := func(dir, name string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	dir := filepath.Join(t.TempDir(), "deep", "er")
	for range 2 {
		if err := generate.Write(dir, files); err != nil {
			t.Fatal(err)
		}
	}
	if read(dir, "rules.yaml") != "new" || read(dir, "runbooks/a.md") != "new" {
		t.Error("the files are not there")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the directory has %v, %v", entries, err)
	}

	blocked := t.TempDir() // where runbooks cannot be a directory
	put(blocked, "rules.yaml")
	put(blocked, "runbooks")
	if err := generate.Write(blocked, files); err == nil || read(blocked, "rules.yaml") != "old" {
		t.Errorf("%v, and rules.yaml is %q", err, read(blocked, "rules.yaml"))
	}
	taken := t.TempDir() // where rules.yaml is a directory
	if err := os.MkdirAll(filepath.Join(taken, "rules.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := generate.Write(taken, files); err == nil || !strings.Contains(read(taken, "runbooks/a.md"), "no such file") {
		t.Errorf("%v, and runbooks/a.md is %q", err, read(taken, "runbooks/a.md"))
	}
	for _, d := range []string{blocked, taken} {
		if left, _ := filepath.Glob(filepath.Join(d, ".mixin-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if runtime.GOOS == "linux" {
		if err := generate.Write("/proc/rules", files); err == nil {
			t.Error("/proc can be written to")
		}
	}
}
