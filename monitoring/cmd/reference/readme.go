package main

import (
	"fmt"
	"strings"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/cost"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// Between these lines README.md has the table.
const (
	begin = "<!-- metrics: generated from monitoring/catalog by go generate ./monitoring/catalog -->\n"
	end   = "<!-- end of metrics -->\n"
)

// overview returns the table of README.md, a row for each section, and how many
// series there are.
func overview() string {
	const reference = "docs/reference/metrics.md"
	var rows [][]string
	for _, s := range sections() {
		var names []string
		for _, m := range s.metrics {
			if m.title() == m.PrometheusName() {
				names = append(names, m.title())
			}
		}
		about, _, _ := strings.Cut(s.about, ". ")
		rows = append(rows, []string{code(families(names)...), "**" + link(s.name, reference) + "**: " + lower(about)})
	}
	var counts []string
	for _, e := range engine.All() {
		counts = append(counts, fmt.Sprintf("%s %d", e.Name, cost.Store(e, cost.Setting{})))
	}
	return table([]string{"metrics", "what they tell"}, rows) + "\n" + wrap("Series of a store after Wrap: "+enumerate(counts, "and")+
		". [The reference]("+reference+"#"+anchor(costHeading)+") says what adds to them.", "", 80) + "\n"
}

// fill puts text between the markers of a page.
func fill(page, text string) (string, error) {
	before, rest, ok := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("there are no two lines between which the table of metrics stands: %q and %q", begin, end)
	}
	return before + begin + "\n" + text + "\n" + end + after, nil
}

func lower(text string) string {
	return strings.ToLower(text[:1]) + strings.TrimSuffix(text[1:], ".")
}
