package generate_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
	"github.com/otelkv/otelkv/monitoring/cmd/scenario"
)

// promtool3 is that of Prometheus 3, which tools/prometheus builds.
var promtool3 = sync.OnceValues(func() (string, error) {
	for try := 1; ; try++ {
		cmd := exec.Command("go", "tool", "-n", "promtool")
		cmd.Dir = filepath.Join("..", "..", "..", "tools", "prometheus")
		cmd.Env = append(os.Environ(), "GOWORK=off")
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("building promtool: %w", err)
		}
		path := strings.TrimSpace(string(out))
		if _, err = os.Stat(path); err == nil {
			return path, nil
		}
		if try == 3 { // the build cache may have forgotten it, and makes it again
			return "", err
		}
	}
})

// promtools calls f with Debian's promtool and that of Prometheus 3.
func promtools(t *testing.T, f func(t *testing.T, promtool string)) {
	t.Helper()
	t.Run("2", func(t *testing.T) { f(t, process.Installed(t, "promtool")) })
	t.Run("3", func(t *testing.T) {
		promtool, err := promtool3()
		if err != nil {
			process.Missing(t, err.Error())
		}
		f(t, promtool)
	})
}

// written returns the file of rules for the parameters.
func written(t *testing.T, p generate.Parameters) string {
	t.Helper()
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "rules.yaml")
}

// withCapacity are the parameters with which there is every alert.
func withCapacity() generate.Parameters {
	p := generate.Defaults()
	p.Capacity = 1000
	return p
}

func TestPromtoolTakesTheRules(t *testing.T) {
	scaled := withCapacity()
	scaled.Timescale, scaled.Selector = 0.01, `job="shop", env!~"dev|test"`
	scaled.Labels = map[string]string{"team": "x"}
	for _, p := range []generate.Parameters{generate.Defaults(), withCapacity(), scaled} {
		rules := written(t, p)
		promtools(t, func(t *testing.T, promtool string) {
			if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", rules).CombinedOutput(); err != nil {
				t.Errorf("%v:\n%s", err, out)
			}
		})
	}
}

// What each scenario says of its alert is so.
func TestScenarios(t *testing.T) {
	promtools(t, func(t *testing.T, promtool string) {
		for alert, list := range byAlert() {
			t.Run(alert, func(t *testing.T) {
				t.Parallel()
				rules, file := filepath.Join(t.TempDir(), "rules.yaml"), filepath.Join(t.TempDir(), "tests.yaml")
				native := strings.Contains(t.Name(), "/3/")
				for name, text := range map[string]string{rules: rulesOf(t, alert), file: testFile(rules, list, native)} {
					if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", file).CombinedOutput(); err != nil {
					t.Errorf("%v:\n%s", err, out)
				}
			})
		}
	})
}

// rulesOf are the rules that an alert needs: its own, those of alerts that its own ask
// for, and what its group records. All of them would take minutes.
func rulesOf(t *testing.T, alert string) string {
	t.Helper()
	groups, err := generate.Rules(withCapacity())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		var rules []yaml.Map
		own := false
		for _, r := range g.Rules {
			needed := r.Alert == alert
			for _, other := range g.Rules {
				needed = needed || other.Alert == alert && r.Alert != "" && strings.Contains(other.Expr, r.Alert)
			}
			switch {
			case r.Record != "":
				rules = append(rules, yaml.Map{{Key: "record", Value: r.Record}, {Key: "expr", Value: r.Expr}})
			case needed:
				rules = append(rules, yaml.Map{
					{Key: "alert", Value: r.Alert}, {Key: "expr", Value: r.Expr}, {Key: "for", Value: r.For.String()},
					{Key: "keep_firing_for", Value: r.KeepFiringFor.String()},
					{Key: "labels", Value: yaml.Map{{Key: "severity", Value: r.Severity()}}},
				})
				own = own || r.Alert == alert
			}
		}
		if own {
			return yaml.Marshal(yaml.Map{{Key: "groups", Value: []yaml.Map{{{Key: "name", Value: g.Name}, {Key: "rules", Value: rules}}}}})
		}
	}
	t.Fatalf("there is no alert %s", alert)
	return ""
}

func byAlert() map[string][]scenario.Scenario {
	all := make(map[string][]scenario.Scenario)
	for _, s := range scenario.All() {
		all[s.Alert()] = append(all[s.Alert()], s)
	}
	return all
}

// Each alert has been shown in every way in which alerts go wrong, or it is said why
// it cannot go wrong so.
func TestEveryAlertHasItsScenarios(t *testing.T) {
	groups, err := generate.Rules(withCapacity())
	if err != nil {
		t.Fatal(err)
	}
	list := scenario.All()
	severities := make(map[string][]string)
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert != "" {
				severities[r.Alert] = append(severities[r.Alert], r.Severity())
			}
		}
	}
	for alert, levels := range severities {
		for _, k := range scenario.Kinds {
			shown := slices.ContainsFunc(list, func(s scenario.Scenario) bool { return s.Alert() == alert && slices.Contains(s.Shows(), k) })
			reason := scenario.Exempt(alert, k)
			if shown == (reason != "") {
				t.Errorf("%s: %s is shown: %v, and cannot be: %q", alert, k, shown, reason)
			}
		}
		for _, severity := range levels {
			if !slices.ContainsFunc(list, func(s scenario.Scenario) bool { return s.Alert() == alert && s.Expects(severity) }) {
				t.Errorf("%s is seen %s in no scenario", alert, severity)
			}
		}
	}
	for _, s := range list {
		if severities[s.Alert()] == nil {
			t.Errorf("there is no alert %s for a scenario", s.Alert())
		}
	}
}

// testFile is what promtool test rules takes.
func testFile(rules string, list []scenario.Scenario, native bool) string {
	var tests []yaml.Map
	for _, s := range list {
		if s.Native() && !native {
			continue // its promtool does not know such series
		}
		var input, checks []yaml.Map
		for _, l := range s.Series() {
			input = append(input, yaml.Map{{Key: "series", Value: l.Name()}, {Key: "values", Value: l.Values()}})
		}
		for _, c := range s.Checks() {
			var samples []yaml.Map
			for _, want := range c.Firing() {
				severity, instance, _ := strings.Cut(want, "@")
				labels := fmt.Sprintf("{severity=%q}", severity)
				if instance != "" {
					labels = fmt.Sprintf("{instance=%q, severity=%q}", instance, severity)
				}
				samples = append(samples, yaml.Map{{Key: "labels", Value: labels}, {Key: "value", Value: 1}})
			}
			checks = append(checks, yaml.Map{
				{Key: "expr", Value: fmt.Sprintf("group by (instance, severity) (ALERTS{alertname=%q, alertstate=\"firing\"})", s.Alert())},
				{Key: "eval_time", Value: (time.Duration(c.At()) * time.Minute).String()},
				{Key: "exp_samples", Value: samples},
			})
		}
		tests = append(tests, yaml.Map{
			{Key: "interval", Value: "1m"},
			{Key: "input_series", Value: input},
			{Key: "promql_expr_test", Value: checks},
		})
	}
	return yaml.Marshal(yaml.Map{
		{Key: "rule_files", Value: []string{rules}},
		{Key: "evaluation_interval", Value: "1m"},
		{Key: "tests", Value: tests},
	})
}
