package runbook

import (
	"io/fs"
	"regexp"
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
		for _, e := range []string{"**Pebble**", "**bbolt**", "**Badger**", "**Redis**"} {
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

// TestMessages: commands ask the catalogue for messages, also where they look for several.
func TestMessages(t *testing.T) {
	typed := regexp.MustCompile(`message == "[a-z]|\| IN\((?:"[^)]*, )?"[a-z]`)
	for text, want := range map[string]bool{
		`.message == "started"`: true, `.message == "{{message "started"}}"`: false,
		`.message | IN("{{message "a"}}", "b c") | x`: true, `.message | IN("{{message "a"}}", "{{message "b"}}")`: false, `.message | IN("a")`: true,
	} {
		if typed.MatchString(text) != want {
			t.Errorf("%s: %t", text, !want)
		}
	}
	files, err := fs.Glob(texts, "texts/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(texts, file)
		if err != nil {
			t.Fatal(err)
		}
		if m := typed.Find(text); m != nil {
			t.Errorf("%s: %q: use the function message", file, m)
		}
	}
}
