package repotest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```")
	code    = regexp.MustCompile("`[^`\n]*`")
	heading = regexp.MustCompile(`(?m)^#+ +(.*?) *$`)
)

// TestLinks: every link of a page to another file of the tree, and to a
// heading in it, leads somewhere.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		text := fence.ReplaceAllString(string(read(t, page)), "")
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			target, anchor, _ := strings.Cut(m[1], "#")
			file := page
			if target != "" {
				file = path.Join(path.Dir(page), target)
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
				continue
			}
			if anchor != "" && strings.HasSuffix(file, ".md") && !anchors(t, file)[anchor] {
				t.Errorf("%s links to %s, which has no such heading", page, m[1])
			}
		}
	}
}

func TestDecisionsAreIndexed(t *testing.T) {
	const folder = "docs/decisions/"
	index := string(read(t, folder+"README.md"))
	name := regexp.MustCompile(`^\d{4}-[a-z0-9-]+\.md$`)
	numbers := make(map[string]string)
	for _, page := range pages(t) {
		base, in := strings.CutPrefix(page, folder)
		if !in || base == "README.md" || base == "template.md" {
			continue
		}
		if !name.MatchString(base) {
			t.Errorf("%s: want a name like 0001-short-title.md", page)
			continue
		}
		if other, taken := numbers[base[:4]]; taken {
			t.Errorf("%s has the number of %s", page, other)
		}
		numbers[base[:4]] = page
		if !strings.Contains(index, "("+base+")") {
			t.Errorf("%sREADME.md does not link to %s", folder, base)
		}
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	return files(t, func(name string) bool { return strings.HasSuffix(name, ".md") })
}

// anchors returns the names under which the headings of a page can be linked
// to, made as GitHub makes them.
func anchors(t *testing.T, page string) map[string]bool {
	t.Helper()
	text := fence.ReplaceAllString(string(read(t, page)), "")
	names := make(map[string]bool)
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		names[slug(m[1])] = true
	}
	return names
}

var punctuation = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

func slug(heading string) string {
	return strings.ReplaceAll(punctuation.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

func TestSlug(t *testing.T) {
	for heading, want := range map[string]string{
		"Adding an adapter":           "adding-an-adapter",
		"`go test work`, and why":     "go-test-work-and-why",
		"A MeterProvider of your own": "a-meterprovider-of-your-own",
		"snake_case (v2)":             "snake_case-v2",
	} {
		if got := slug(heading); got != want {
			t.Errorf("slug(%q) = %q, want %q", heading, got, want)
		}
	}
}
