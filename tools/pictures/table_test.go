package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// TestOperationsFit: the table of stores has room for each operation that a store can have.
func TestOperationsFit(t *testing.T) {
	var rows []map[string]string
	for _, op := range catalog.Operations() {
		rows = append(rows, map[string]string{
			"job": "job", "instance": "shop-1", "db_namespace": "store-" + string(op), "failing": string(op), "slowest": string(op),
		})
	}
	seen := drawTable(t, stores, rows, func(expr string, i int) string {
		switch {
		case strings.Contains(expr, "oldest") && !strings.Contains(expr, "kvdb_errors"):
			return "0.992"
		case strings.Contains(expr, "hung") && i == 0:
			return "-1"
		}
		return "1"
	})
	for _, says := range []string{"CAS", "BATCH del", "992 ms", "hangs"} {
		if !slices.ContainsFunc(seen.Rows, func(cells []string) bool { return slices.Contains(cells, says) }) {
			t.Errorf("%s does not say %s: %s", seen.Title, says, strings.Join(seen.Rows[1], ", "))
		}
	}
}

// TestAlertsFit: the table of alerts has room for the name of each, and what wakes somebody is on top.
func TestAlertsFit(t *testing.T) {
	runbooks, err := filepath.Glob("../../monitoring/runbooks/KV*.md")
	if err != nil || len(runbooks) < 20 {
		t.Fatalf("the runbooks are %q: %v", runbooks, err)
	}
	var rows []map[string]string
	for _, file := range runbooks {
		rows = append(rows, map[string]string{
			"job": "job", "instance": "shop-1", "db_namespace": "quickstart", "alertname": strings.TrimSuffix(filepath.Base(file), ".md"),
		})
	}
	seen := drawTable(t, firing, rows, func(_ string, i int) string { return []string{"1", "2"}[i%2] })
	for _, text := range seen.Cut {
		t.Errorf("%s cuts %s", seen.Title, text)
	}
	for i, cells := range seen.Rows[1:] {
		want := "critical"
		if i >= len(rows)/2 {
			want = "warning"
		}
		if cells[0] != want {
			t.Errorf("the alert at %d is %q, want it to be %s", i, cells, want)
		}
	}
}

// drawTable draws a table of the first screen with one row for each set of labels, and the
// values of each query.
func drawTable(t *testing.T, id int, rows []map[string]string, value func(expr string, row int) string) report {
	t.Helper()
	d, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	panels := d.rows()[0].panels
	it := panels[slices.IndexFunc(panels, func(p panel) bool { return p.ID == id })]
	p := drawn{Panel: it.raw, At: place{0, 0, it.GridPos.Width, 30}, Title: it.Title}
	for _, target := range it.Targets {
		var result []map[string]any
		for i, labels := range rows {
			result = append(result, map[string]any{"metric": labels, "value": [2]any{time.Now().Unix(), value(target.Expr, i)}})
		}
		text, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		p.Answers = append(p.Answers, answer{RefID: target.RefID, Result: text})
	}
	_, seen, err := browse(t).draw(drawing{Title: d.Title, Theme: "dark", Panels: []drawn{p}})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range seen[0].problems() {
		t.Error(problem)
	}
	if n := len(seen[0].Rows) - 1; n != len(rows) {
		t.Fatalf("%s has %d rows, want %d", it.Title, n, len(rows))
	}
	return seen[0]
}

// browse starts Chromium until the end of the test.
func browse(t *testing.T) *browser {
	t.Helper()
	chromium := process.Installed(t, "chromium")
	if _, err := os.Stat("node_modules/echarts"); err != nil {
		process.Missing(t, "npm ci --ignore-scripts has not run in tools/pictures")
	}
	b, err := open(t.Context(), chromium, "node_modules")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}
