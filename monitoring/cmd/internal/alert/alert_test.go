package alert_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
)

func levels(a alert.Alert, severity string) (found []alert.Level) {
	for _, l := range a.Levels(&alert.Scope{Capacity: 1}) {
		if l.Severity == severity {
			found = append(found, l)
		}
	}
	return found
}

// A cause fires no later than what it explains and lasts no shorter, or one fault would
// page twice; and no two alerts explain each other, or both would be silent.
func TestCausesComeFirst(t *testing.T) {
	place := make(map[string]int)
	for i, a := range alert.All() {
		place[a.Name] = i
	}
	explains := make(map[string][]string)
	for _, a := range alert.All() {
		for _, name := range a.Causes {
			i, ok := place[name]
			if !ok {
				t.Errorf("%s has the cause %s, which is no alert", a.Name, name)
				continue
			}
			explains[name] = append(explains[name], a.Name)
			if slices.Contains(explains[a.Name], name) {
				t.Errorf("%s and %s explain each other", a.Name, name)
			}
			cause := levels(alert.All()[i], alert.Critical)
			if len(cause) == 0 {
				t.Errorf("%s has the cause %s, which is never critical", a.Name, name)
			}
			for _, c := range cause {
				for _, l := range a.Levels(&alert.Scope{Capacity: 1}) {
					if c.For > l.For {
						t.Errorf("%s waits %v, and its cause %s %v", a.Name, l.For, name, c.For)
					}
					if least := outlasts(l); l.Severity == alert.Critical && c.KeepFiring < least && !mendedApart[a.Name+" "+name] {
						t.Errorf("%s lasts %v, and its cause %s %v: want %v", a.Name, l.KeepFiring, name, c.KeepFiring, least)
					}
				}
			}
		}
	}
}

// Alerts that do not end with their causes: a disk that has room again mends no engine.
var mendedApart = map[string]bool{"KVEngineFailed KVDiskFull": true}

// outlasts is how long what explains a level has to keep firing. A rate shows a fault for a
// window after its end, and longer than that of what explains it, which may be hardly high
// enough.
func outlasts(l alert.Level) time.Duration {
	const window = 5 * time.Minute
	expr := l.Expr.String()
	if strings.Contains(expr, "rate(") || strings.Contains(expr, "increase(") || strings.Contains(expr, ":rate5m") {
		return l.KeepFiring + window
	}
	return l.KeepFiring + 1 // a state ends with its cause, a scrape later at most
}

// A warning waits no shorter than what is critical, which would page once more.
func TestCriticalComesFirst(t *testing.T) {
	for _, a := range alert.All() {
		for _, c := range levels(a, alert.Critical) {
			for _, w := range levels(a, alert.Warning) {
				if c.For > w.For {
					t.Errorf("%s warns after %v and is critical after %v", a.Name, w.For, c.For)
				}
			}
		}
	}
}

// What an alert says of itself is there.
func TestTexts(t *testing.T) {
	constants := objectives(t)
	var names []string
	for _, a := range alert.All() {
		if !strings.HasPrefix(a.Name, "KV") || slices.Contains(names, a.Name) {
			t.Errorf("a bad name, or twice: %s", a.Name)
		}
		names = append(names, a.Name)
		if !strings.HasSuffix(a.Description, ".") || a.Fault == "" || a.Of == 0 {
			t.Errorf("%s: description %q, fault %q, of %v", a.Name, a.Description, a.Fault, a.Of)
		}
		if before, after, ok := strings.Cut(a.Summary, ": "); !ok || after == "" || strings.HasSuffix(a.Summary, ".") ||
			a.Of != alert.Anything && !strings.Contains(before, "$labels.job") {
			t.Errorf("%s: the summary does not say what is affected, and what to do first: %s", a.Name, a.Summary)
		}
		if (a.Of == alert.Store || a.Of == alert.Service) && !strings.Contains(a.Summary, "$labels.db_namespace") {
			t.Errorf("%s: the summary names no store: %s", a.Name, a.Summary)
		}
		for _, o := range a.Objective {
			if !constants[o] {
				t.Errorf("%s: package objective has no %s", a.Name, o)
			}
		}
	}
	want := strings.Fields(`KVErrorRatioHigh KVErrorBudgetBurn KVLatencyHigh KVLatencyBudgetBurn KVCanceledHigh KVConflictsHigh
		KVTrafficDropped KVSaturationHigh KVDiskFull KVDiskFilling KVReplicationLagHigh KVReplicaDisconnected KVWriteStalled
		KVReadTransactionOld KVNotReady KVCheckUnknown KVRestarting KVTelemetryAbsent KVTelemetryLossy KVStoreHung KVEngineFailed
		KVDiskSlow KVFreelistBloated KVCapacityHigh KVWatchdog`)
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("there are %v, want %v", names, want)
	}
}

// objectives are the constants of package objective.
func objectives(t *testing.T) map[string]bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../../../objective/objective.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			for _, n := range s.(*ast.ValueSpec).Names {
				names[n.Name] = true
			}
		}
	}
	return names
}
