package runbook

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
)

// TestTexts: each text belongs to an alert, and says the same things in the same order.
func TestTexts(t *testing.T) {
	files, err := fs.Glob(texts, "texts/*")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "texts/"), ".md.tmpl")
		if !slices.ContainsFunc(alert.All(), func(a alert.Alert) bool { return a.Name == name }) {
			t.Errorf("%s: there is no such alert", file)
		}
		text, err := fs.ReadFile(texts, file)
		if err != nil {
			t.Fatal(err)
		}
		var sections []string
		for line := range strings.Lines(string(text)) {
			if title, ok := strings.CutPrefix(line, "## "); ok {
				sections = append(sections, strings.TrimSpace(title))
			}
		}
		if want := []string{"Meaning", "Impact", "Diagnosis", "Mitigation"}; !slices.Equal(sections, want) {
			t.Errorf("%s has the sections %q, want %q", file, sections, want)
		}
		_, mitigation, _ := strings.Cut(string(text), "\n## Mitigation\n")
		for _, e := range []string{"**Pebble**", "**bbolt**"} {
			if !strings.Contains(mitigation, e) {
				t.Errorf("%s does not say what to do with %s", file, e)
			}
		}
	}
}

// TestMessage: a text can only name a line that the catalogue has.
func TestMessage(t *testing.T) {
	if m, err := message("check changed"); m != "check changed" || err != nil {
		t.Error(m, err)
	}
	if m, err := message("check has changed"); m != "" || err == nil {
		t.Error(m, err)
	}
}
