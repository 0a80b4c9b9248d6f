package main

import (
	"slices"
	"strings"
	"testing"
)

// chart is a report of a chart with which nothing is wrong.
func chart(change func(r *report)) report {
	r := report{ID: 7, Title: "Latency", Type: "timeseries", Unit: "s", Marks: 1, X: []string{"12:00", "12:05"}, Y: []string{"0 s", "50 ms", "0.1 s"}, Legend: []string{"get"}}
	change(&r)
	return r
}

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		seen report
		want string // empty: nothing is wrong
	}{
		"well":               {chart(func(*report) {}), ""},
		"nothing":            {chart(func(r *report) { r.Marks, r.Empty = 0, "No data" }), `it draws nothing, and says "No data"`},
		"no unit":            {chart(func(r *report) { r.Y = []string{"0", "50"} }), `"50" on the axis is not in the unit s`},
		"another unit":       {chart(func(r *report) { r.Y = []string{"0%", "50%"} }), `"50%" on the axis is not in the unit s`},
		"an unknown unit":    {chart(func(r *report) { r.Unit = "dBm" }), `nothing is known of the unit "dBm"`},
		"no axis of values":  {chart(func(r *report) { r.Y = nil }), "its axis of values has the texts []"},
		"no axis of time":    {chart(func(r *report) { r.X = r.X[:1] }), `its axis of time has the texts ["12:00"]`},
		"no name":            {chart(func(r *report) { r.Legend = []string{"get", " "} }), "the legend has a series without a name"},
		"a text that is cut": {chart(func(r *report) { r.Faint = []string{`"get" is cut`} }), `the text "get" is cut`},
		"a number":           {report{ID: 1, Type: "stat", Marks: 1}, ""},
		"no number":          {report{ID: 1, Type: "stat"}, "it draws nothing"},
		"bytes":              {chart(func(r *report) { r.Unit, r.Y = "bytes", []string{"0 B", "97.7 KiB", "1 MiB"} }), ""},
		"shares":             {chart(func(r *report) { r.Unit, r.Y = "percentunit", []string{"0%", "12.5%"} }), ""},
		"counts":             {chart(func(r *report) { r.Unit, r.Y = "short", []string{"0", "1.5 K"} }), ""},
		"rates":              {chart(func(r *report) { r.Unit, r.Y = "cps", []string{"0 c/s", "1.5 K c/s"} }), ""},
		"buckets":            {chart(func(r *report) { r.Type, r.Y = "heatmap", []string{"1 ms", "+Inf"} }), ""},
	} {
		problems := c.seen.problems()
		found := slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.want) })
		if c.want == "" && len(problems) > 0 || c.want != "" && !found {
			t.Errorf("%s: %q, want %q", name, problems, c.want)
		}
	}
}
