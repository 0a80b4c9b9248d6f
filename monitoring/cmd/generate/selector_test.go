package generate_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

var (
	byLabels = regexp.MustCompile(`(by|equal: \[|group_by: \[|on) ?\(?([a-z_, ]*)[)\]]`)
	recorded = regexp.MustCompile(`instance:kvdb_telemetry:group\{([^}]*)\}`)
)

// Labels that tell one deployment from another, by which its series are chosen or which it
// adds to its alerts, keep their alerts apart: wherever those of a service are told apart.
// Labels that one service has many values of do not.
func TestDeploymentsAreApart(t *testing.T) {
	p := generate.Defaults()
	p.Selector = `job="orders",region=~"eu|us",pod!="canary",db_namespace="orders"`
	p.Labels = map[string]string{"tier": "1"}
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	lists := make(map[string]int)
	for _, f := range files[:3] {
		for _, m := range byLabels.FindAllStringSubmatch(f.Text, -1) {
			labels := strings.Split(m[2], ", ")
			if !slices.Contains(labels, "cluster") {
				continue
			}
			lists[m[1]]++
			for label, want := range map[string]bool{"env": true, "region": true, "tier": f.Name == "alertmanager.yaml", "pod": false} {
				if slices.Contains(labels, label) != want {
					t.Errorf("%s: %s is in %q: %v", f.Name, label, m[0], !want)
				}
			}
		}
		for _, m := range recorded.FindAllStringSubmatch(f.Text, -1) {
			if strings.Contains(m[1], "pod") || strings.Contains(m[1], "db_namespace") || !strings.Contains(m[1], "region") {
				t.Errorf("%s: the rule has summed up pods and stores, and no regions: %s", f.Name, m[0])
			}
		}
	}
	for _, kind := range []string{"by", "on", "equal: [", "group_by: ["} {
		if lists[kind] == 0 {
			t.Errorf("nothing is told apart by %q: %v", kind, lists)
		}
	}
}

// A label that the deployment adds to its alerts, and which is none of its series, is in no
// match of ALERTS with series.
func TestAddedLabelsJoinNothing(t *testing.T) {
	p := generate.Defaults()
	p.Labels = map[string]string{"env": "prod"}
	groups, err := generate.Rules(p)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, g := range groups {
		for _, r := range g.Rules {
			for _, m := range regexp.MustCompile(`on \(([^)]*)\) max_over_time\(ALERTS`).FindAllStringSubmatch(r.Expr, -1) {
				found++
				if slices.Contains(strings.Split(m[1], ", "), "env") {
					t.Errorf("%s asks ALERTS by env, which series do not have", r.Alert)
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("%d rules ask ALERTS", found)
	}
}
