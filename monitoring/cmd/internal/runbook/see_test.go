package runbook_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/runbook"
	"github.com/otelkv/otelkv/monitoring/objective"
)

var link = regexp.MustCompile(`\]\(([^)]*)\)`)

// TestSeeAlso: each runbook leads on to what the alert is made from, and to the alerts that have to
// do with it; and what it leads to is there.
func TestSeeAlso(t *testing.T) {
	reference := read(t, "../../../../docs/reference/metrics.md")
	constants := read(t, "../../../objective/objective.go")
	s := &alert.Scope{
		P99: objective.LatencyP99, Errors: objective.ErrorRatio, Saturation: objective.Saturation,
		Lag: objective.ReplicationLag, Disk: objective.DiskUsed, Capacity: 1,
	}
	for _, a := range alert.All() {
		text, err := runbook.Text(a, a.Levels(s), s)
		if err != nil {
			t.Fatal(err)
		}
		_, see, _ := strings.Cut(text, "\n## See also\n")
		metrics := 0
		var alerts []string
		for _, m := range link.FindAllStringSubmatch(see, -1) {
			page, at, _ := strings.Cut(m[1], "#")
			switch {
			case strings.HasSuffix(page, "/metrics.md"):
				metrics++
				if !strings.Contains(reference, "\n### `"+at+"`\n") {
					t.Errorf("%s: the reference has no metric %s", a.Name, at)
				}
			case strings.HasSuffix(page, "/objective"):
				if !regexp.MustCompile(`(?m)^(?:const |\t)` + at + `\b`).MatchString(constants) {
					t.Errorf("%s: there is no objective %s", a.Name, at)
				}
			default:
				alerts = append(alerts, strings.TrimSuffix(page, ".md"))
			}
		}
		if metrics == 0 && a.Of != alert.Anything {
			t.Errorf("%s leads to no metric: %s", a.Name, see)
		}
		for _, name := range a.Objective {
			if !strings.Contains(see, "["+name+"]") {
				t.Errorf("%s does not lead to %s", a.Name, name)
			}
		}
		if want := related(a); !slices.Equal(alerts, want) {
			t.Errorf("%s leads to %q, want %q", a.Name, alerts, want)
		}
	}
}

// related are the causes of an alert, and then those that it is a cause of.
func related(a alert.Alert) []string {
	names := slices.Clone(a.Causes)
	for _, other := range alert.All() {
		if slices.Contains(other.Causes, a.Name) {
			names = append(names, other.Name)
		}
	}
	return names
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
