package runbooks

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// alerts are the names of all alerts.
func alerts(t *testing.T) map[string]bool {
	t.Helper()
	groups, err := generate.Rules(parameters())
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert != "" {
				names[r.Alert] = true
			}
		}
	}
	return names
}

// TestComplete: each alert has a runbook with its expressions, and a fault under which its
// blocks are run. Each block says what it is.
func TestComplete(t *testing.T) {
	all := books(t, parameters())
	for name := range alerts(t) {
		if !slices.ContainsFunc(all[name], func(b block) bool { return b.rule && b.text != "" }) {
			t.Errorf("%s has no runbook, or one without its expression", name)
		}
		if !slices.ContainsFunc(trials, func(tr *trial) bool { return slices.Contains(tr.books, name) }) {
			t.Errorf("no fault is there for the runbook of %s", name)
		}
	}
	for name, list := range all {
		if !alerts(t)[name] {
			t.Errorf("%s has a runbook, and is no alert", name)
		}
		for _, b := range list {
			if runners[b.language] == nil || b.text == "" {
				t.Errorf("%v: there is nothing to run %q blocks with", b, b.language)
			}
		}
	}
}

// TestShipped: what is run is what ships, but for the thresholds of the machine.
func TestShipped(t *testing.T) {
	run := books(t, parameters())
	files := monitoring.Files()
	entries, err := files.ReadDir("runbooks")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".md")
		if name == "README" {
			continue
		}
		text, err := files.ReadFile("runbooks/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		shipped := blocks(name, strings.ReplaceAll(string(text), ") > 0.7\n", ") > 0.05\n"))
		if !slices.Equal(shipped, run[name]) {
			t.Errorf("%s: other blocks are run than those that ship", name)
		}
	}
}

// TestSilent: what is expected to be silent is there, and has a reason.
func TestSilent(t *testing.T) {
	all := books(t, parameters())
	for _, s := range silent {
		i := slices.IndexFunc(trials, func(tr *trial) bool { return tr.name == s.trial && slices.Contains(tr.books, s.book) })
		n := 0
		for _, b := range all[s.book] {
			if strings.Contains(b.text, s.part) {
				n++
			}
		}
		if i < 0 || n != 1 || s.why == "" {
			t.Errorf("%+v is about %d blocks, want one of a trial's, and a reason", s, n)
		}
	}
}
