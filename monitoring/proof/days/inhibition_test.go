package days

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// told lets alerts fire at once, and returns what receivers get of them. An alert is its name,
// its severity and labels, as in "KVDiskFull critical instance=a env=prod".
func told(t *testing.T, configuration string, alerts ...string) (names []string) {
	t.Helper()
	d := &Day{}
	for _, text := range alerts {
		words := strings.Fields(text)
		all := map[string]string{"alertname": words[0], "severity": words[1], "job": "orders"}
		for _, w := range words[2:] {
			name, value, _ := strings.Cut(w, "=")
			all[name] = value
		}
		began := Evaluated(0)
		d.Found = append(d.Found, Found{0, []*rules.Alert{{Labels: labels.FromMap(all), FiredAt: began, ValidUntil: began.Add(2 * time.Hour)}}})
	}
	synctest.Test(t, func(t *testing.T) {
		sent, err := d.Notify(t.Context(), configuration)
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]bool)
		for _, p := range Pages(sent) {
			for _, a := range p.Firing {
				name, _, _ := strings.Cut(a, " ")
				got[name+" "+p.Group] = true
			}
		}
		names = slices.Sorted(maps.Keys(got))
	})
	return names
}

// TestInhibition: an alert is held back by what can explain it, about the same, and by nothing
// else.
func TestInhibition(t *testing.T) {
	p := generate.Defaults()
	p.Selector, p.Labels = `region=~"eu|us"`, map[string]string{"tier": "1"}
	files, err := generate.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	chosen := files[slices.IndexFunc(files, func(f generate.File) bool { return f.Name == "alertmanager.yaml" })].Text
	ships := string(shipped(t, "alertmanager.yaml"))
	for _, test := range []struct {
		what, configuration, critical, other string
		pages                                int
	}{
		{"a full disk fails the engine", ships, "KVDiskFull critical instance=a db_namespace=x", "KVEngineFailed critical instance=a db_namespace=x", 1},
		{"a full disk damages no data", ships, "KVDiskFull critical instance=a db_namespace=x", "KVEngineFailed critical instance=a db_namespace=x error_type=corruption", 2},
		{"nor another store", ships, "KVDiskFull critical instance=a db_namespace=x", "KVEngineFailed critical instance=a db_namespace=y", 2},
		{"errors of an instance spend the service's budget", ships, "KVErrorRatioHigh critical instance=a db_namespace=x", "KVErrorBudgetBurn warning db_namespace=x", 1},
		{"a replica of one does not", ships, "KVReplicaDisconnected critical instance=a db_namespace=x", "KVErrorBudgetBurn warning db_namespace=x", 2},
		{"nor has the memory of one to do with the traffic of all", ships, "KVSaturationHigh critical instance=a", "KVTrafficDropped warning db_namespace=x", 2},
		{"what is critical about one instance hides its warnings", ships, "KVSaturationHigh critical instance=a", "KVConflictsHigh warning instance=a db_namespace=x", 1},
		{"and not those of another", ships, "KVSaturationHigh critical instance=a", "KVConflictsHigh warning instance=b db_namespace=x", 2},
		{"what is critical about the service hides those of all", ships, "KVErrorBudgetBurn critical db_namespace=x", "KVConflictsHigh warning instance=b db_namespace=x", 1},
		{"another environment explains nothing", ships, "KVErrorRatioHigh critical instance=a db_namespace=x env=dev", "KVErrorBudgetBurn warning db_namespace=x env=prod", 2},
		{"even where instances have the same names", ships, "KVDiskFull critical instance=a db_namespace=x env=dev", "KVDiskFilling warning instance=a db_namespace=x env=prod", 2},
		{"nor does another cluster", ships, "KVDiskFull critical instance=a db_namespace=x cluster=1", "KVDiskFilling warning instance=a db_namespace=x cluster=2", 2},
		{"each environment pages", ships, "KVDiskFull critical instance=a db_namespace=x env=dev", "KVDiskFull critical instance=b db_namespace=x env=prod", 2},
		{"labels by which series are chosen tell apart", chosen, "KVErrorRatioHigh critical instance=a db_namespace=x region=eu", "KVErrorBudgetBurn warning db_namespace=x region=us", 2},
		{"labels that are added do", chosen, "KVErrorRatioHigh critical instance=a db_namespace=x tier=1", "KVErrorBudgetBurn warning db_namespace=x tier=2", 2},
		{"and what is the same in all is explained", chosen, "KVErrorRatioHigh critical instance=a db_namespace=x region=eu tier=1", "KVErrorBudgetBurn warning db_namespace=x region=eu tier=1", 1},
	} {
		if got := told(t, test.configuration, test.critical, test.other); len(got) != test.pages {
			t.Errorf("%s: %s and %s page %d times, want %d: %v", test.what, test.critical, test.other, len(got), test.pages, got)
		}
	}
}
