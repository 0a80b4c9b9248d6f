package dashboard_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
)

// classic is the dashboard in the schema that files are provisioned in.
type classic = sdk.Dashboard //nolint:staticcheck // the newer schema is not what tools and older Grafanas read

// read is the dashboard as Grafana's own types have it.
func read(t *testing.T, s *dashboard.Scope) classic {
	t.Helper()
	text, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var strict, d classic
	err = strict.UnmarshalJSONStrict([]byte(text))
	if wrong := (cog.BuildErrors)(nil); !errors.As(err, &wrong) || len(wrong) > 0 { // where all is well, it returns a list that is empty
		t.Fatalf("the dashboard is not what Grafana reads: %v", err)
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil { // since panels get lost in the strict one for that reason
		t.Fatal(err)
	}
	return d
}

// panels are those of the dashboard, and of its folded rows.
func panels(d classic) (all []sdk.Panel) {
	for _, p := range d.Panels {
		if p.RowPanel == nil {
			all = append(all, *p.Panel)
			continue
		}
		all = append(all, p.RowPanel.Panels...)
	}
	return all
}

func init() { plugins.RegisterDefaultPlugins() }

func TestGrafanaReadsTheDashboard(t *testing.T) {
	for name, s := range scopes() {
		d := read(t, s)
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d.Uid == nil || *d.Uid != "otelkv" {
			t.Errorf("%s: the uid is %v", name, d.Uid)
		}
	}
}

// Each time the same file is made.
func TestDashboardIsTheSameEachTime(t *testing.T) {
	first, err := byDefault().JSON()
	if err != nil || !json.Valid([]byte(first)) {
		t.Fatalf("no JSON: %v", err)
	}
	if again, err := byDefault().JSON(); err != nil || again != first {
		t.Errorf("the second dashboard is another one: %v", err)
	}
}

// What happened is marked on all panels, and people can hide each kind of mark.
func TestAnnotations(t *testing.T) {
	var names []string
	for _, a := range read(t, byDefault()).Annotations.List {
		if a.Hide == nil || !*a.Hide {
			names = append(names, a.Name)
		}
		if a.BuiltIn == nil && (*a.Datasource.Uid != "${datasource}" || *a.TitleFormat == "") {
			t.Errorf("%s asks another data source, or says nothing", a.Name)
		}
	}
	if got, want := strings.Join(names, " "), "Restarts Versions Alerts Evidence"; got != want {
		t.Errorf("the marks are %s, want %s", got, want)
	}
}
