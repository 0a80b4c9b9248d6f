package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLook: the page itself tells of what is wrong with what it has drawn, as with answers
// that are empty, and of a unit that it does not know.
func TestLook(t *testing.T) {
	b := browse(t)
	const title, unit = "How long", "s"
	for name, c := range map[string]struct {
		change func(d *drawing)
		want   string // of the problems, or of the error; empty: nothing is wrong
	}{
		"well":        {func(*drawing) {}, ""},
		"empty":       {func(d *drawing) { d.Panels[0].Answers[0].Result = json.RawMessage(`[]`) }, `it draws nothing, and says "No data"`},
		"not numbers": {func(d *drawing) { d.Panels[0].Answers[0].Result = matrix(t, d, `"a"`, "NaN") }, "it draws nothing"},
		"no name":     {func(d *drawing) { d.Panels[0].Answers[0].Result = matrix(t, d, `""`, "0.2") }, "the legend has a series without a name"},
		"a name that is long": {func(d *drawing) {
			d.Panels[0].Answers[0].Result = matrix(t, d, `"`+strings.Repeat("long ", 99)+`"`, "0.2")
		}, "is cut"},
		"another unit":   {func(d *drawing) { d.Panels[0].Panel = chartOf(title, "percent") }, "no unit percent"},
		"no room at all": {func(d *drawing) { d.Panels[0].At = place{0, 0, 2, 3} }, "its axis of"},
		"another matcher": {func(d *drawing) {
			d.Panels[0].Panel = json.RawMessage(strings.Replace(string(chartOf(title, unit)), `"overrides": []`, `"overrides": [{"matcher": {"id": "byType"}, "properties": []}]`, 1))
		}, "no matcher byType"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC).UnixMilli()
			d := drawing{Title: "A dashboard", Theme: "light", Start: start, End: start + 600_000, Step: 10_000, Panels: []drawn{
				{Panel: chartOf(title, unit), At: place{0, 0, 8, 8}, Title: title, Answers: []answer{{RefID: "A"}}},
			}}
			d.Panels[0].Answers[0].Result = matrix(t, &d, `"get"`, "0.2")
			c.change(&d)
			_, seen, err := b.draw(d)
			var problems []string
			if err != nil {
				problems = append(problems, err.Error())
			}
			for _, r := range seen {
				problems = append(problems, r.problems()...)
			}
			found := slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.want) })
			if c.want == "" && len(problems) > 0 || c.want != "" && !found {
				t.Errorf("%q, want %q", problems, c.want)
			}
		})
	}
}

// chartOf is a panel as dashboards have it.
func chartOf(title, unit string) json.RawMessage {
	return json.RawMessage(`{"id": 7, "type": "timeseries", "title": "` + title + `", "targets": [{"refId": "A", "legendFormat": "{{name}}"}], "options": {},
		"fieldConfig": {"defaults": {"unit": "` + unit + `", "min": 0, "thresholds": {"steps": []}, "custom": {"lineWidth": 1, "fillOpacity": 10}}, "overrides": []}}`)
}

// matrix is an answer that has the value at all times.
func matrix(t *testing.T, d *drawing, name, value string) json.RawMessage {
	t.Helper()
	var values [][2]any
	for at := d.Start; at <= d.End; at += d.Step {
		values = append(values, [2]any{float64(at) / 1000, value})
	}
	text, err := json.Marshal([]map[string]any{{"metric": map[string]json.RawMessage{"name": json.RawMessage(name)}, "values": values}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
