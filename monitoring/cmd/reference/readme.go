package main

import (
	"fmt"
	"strings"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/cost"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// A region is a part of README.md that is generated: what stands between two lines.
type region struct{ name, from string }

var (
	metricsRegion = region{"metrics", theCatalogue}
	enginesRegion = region{"engines", theEngines}
)

func (r region) begin() string {
	return "<!-- " + r.name + ": generated from " + r.from + " by go generate ./monitoring/catalog -->\n"
}

func (r region) end() string { return "<!-- end of " + r.name + " -->\n" }

// metricsOverview returns a table with a row for each section, and how many series
// there are.
func metricsOverview() string {
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

// fill puts text into the region of a page.
func (r region) fill(page, text string) (string, error) {
	before, rest, ok := strings.Cut(page, r.begin())
	_, after, closed := strings.Cut(rest, r.end())
	if !ok || !closed {
		return "", fmt.Errorf("there are no two lines between which the table of %s stands: %q and %q", r.name, r.begin(), r.end())
	}
	return before + r.begin() + "\n" + text + "\n" + r.end() + after, nil
}

func lower(text string) string {
	return strings.ToLower(text[:1]) + strings.TrimSuffix(text[1:], ".")
}
