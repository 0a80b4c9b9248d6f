package dashboard_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/yaml"
)

// With values in place of its variables, each query is one that Prometheus can read: as
// the rules of a file that promtool checks.
func TestPromtoolReadsEveryQuery(t *testing.T) {
	promtool := process.Installed(t, "promtool")
	for name, s := range scopes() {
		values := s.Default("1m")
		var rules []yaml.Map
		for _, target := range s.Targets() {
			rules = append(rules, yaml.Map{
				{Key: "record", Value: fmt.Sprintf("panel:%d:%s", target.ID, target.Ref)},
				{Key: "expr", Value: values.Fill(target.Expr)},
			})
		}
		for i, expr := range s.AnnotationQueries() {
			rules = append(rules, yaml.Map{{Key: "record", Value: fmt.Sprintf("annotation:%d", i)}, {Key: "expr", Value: values.Fill(expr)}})
		}
		file := filepath.Join(t.TempDir(), "rules.yaml")
		text := yaml.Marshal(yaml.Map{{Key: "groups", Value: []yaml.Map{{{Key: "name", Value: "dashboard"}, {Key: "rules", Value: rules}}}}})
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v:\n%s", name, err, out)
		}
	}
}
