package dashboard_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
)

// notDrawn says why an objective is no threshold of a panel.
var notDrawn = map[string]string{
	"RestartsHour": "the panel counts what starts again within a quarter of an hour; the alert looks at the hour, too",
	"DiskForecast": "it is how far ahead the dashed line of the disk looks",
	"TrafficLeft":  "it is a share of the usual traffic: two dashed lines beside the traffic",
	"TrafficShare": "it is a share of the day's high traffic: a dashed line beside the traffic",
}

// objectives are the constants of monitoring/objective.
func objectives(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../objective/objective.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
			for _, spec := range g.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

func TestEveryObjectiveIsALine(t *testing.T) {
	drawn := make(map[string]bool)
	for _, r := range byDefault().Rows() {
		for _, p := range r.Panels {
			for _, l := range p.Lines {
				drawn[l.Objective] = drawn[l.Objective] || p.Kind == dashboard.TimeSeries
			}
		}
	}
	all := objectives(t)
	if len(all) < 20 {
		t.Fatalf("there are objectives %v", all)
	}
	for _, name := range all {
		if drawn[name] == (notDrawn[name] != "") {
			t.Errorf("%s is a line: %v, and cannot be: %q", name, drawn[name], notDrawn[name])
		}
	}
	for name := range drawn {
		if name != "" && !slices.Contains(all, name) {
			t.Errorf("there is no objective %s", name)
		}
	}
}

// Each line is a threshold in the file, and drawn; the objectives of a deployment win.
func TestLinesAreDrawn(t *testing.T) {
	for name, s := range scopes() {
		built := panels(read(t, s))
		i := 0
		for _, r := range s.Rows() {
			for _, p := range r.Panels {
				steps := built[i].FieldConfig.Defaults.Thresholds.Steps
				for _, l := range p.Lines {
					found := false
					for _, step := range steps {
						found = found || step.Value != nil && *step.Value == l.Value && step.Color == string(l.Color)
					}
					if !found {
						t.Errorf("%s: %q does not draw %s", name, p.Title, l.Objective)
					}
				}
				for j := 2; j < len(steps); j++ {
					if *steps[j].Value < *steps[j-1].Value {
						t.Errorf("%s: %q has thresholds that do not rise", name, p.Title)
					}
				}
				i++
			}
		}
	}
	s := scopes()["of its own"]
	for _, target := range s.Targets() {
		if target.ID == 13 && (len(target.Lines) != 1 || target.Lines[0].Value != s.P99.Seconds()) {
			t.Errorf("the line of the latency is at %v", target.Lines)
		}
	}
}

// What is worse has no milder color.
func TestLinesGetWorse(t *testing.T) {
	order := []dashboard.Color{dashboard.Blue, dashboard.Orange, dashboard.Red, dashboard.Purple}
	for _, target := range byDefault().Targets() {
		lines := slices.SortedFunc(slices.Values(target.Lines), func(a, b dashboard.Line) int { return cmp.Compare(a.Value, b.Value) })
		for i := 1; i < len(lines); i++ {
			if slices.Index(order, lines[i].Color) < slices.Index(order, lines[i-1].Color) {
				t.Errorf("%q is %s above %v, and %s above %v", target.Title, lines[i-1].Color, lines[i-1].Value, lines[i].Color, lines[i].Value)
			}
		}
	}
}

// noPanel says why no panel links to an alert's runbook.
var noPanel = map[string]string{
	"KVWatchdog":        "it always fires: without it the number of alerts says \"no rules\"",
	"KVTelemetryAbsent": "without telemetry no panel shows anything: the table of firing alerts has it",
}

// Panels link to the runbooks of alerts that there are, and each alert is on one.
func TestPanelsLinkToRunbooks(t *testing.T) {
	s := byDefault()
	s.Capacity = 1
	linked := make(map[string]bool)
	for _, r := range s.Rows() {
		for _, p := range r.Panels {
			for _, a := range p.Alerts {
				linked[a] = true
			}
		}
	}
	for _, a := range alert.All() {
		if linked[a.Name] == (noPanel[a.Name] != "") {
			t.Errorf("%s is linked to: %v, and cannot be: %q", a.Name, linked[a.Name], noPanel[a.Name])
		}
		delete(linked, a.Name)
	}
	for name := range linked {
		t.Errorf("there is no alert %s", name)
	}
}

// What an alert's link chooses are variables of the dashboard.
func TestAlertsFilterByVariables(t *testing.T) {
	s := byDefault()
	s.Capacity = 1
	d := read(t, s)
	for _, a := range alert.All() {
		for _, l := range a.Levels(s.Scope) {
			for _, f := range a.Filters(l) {
				variable(t, d, f.Variable)
			}
		}
	}
}
