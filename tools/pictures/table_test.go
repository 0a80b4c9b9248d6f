package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// TestOperationsFit: the tables of the first screen have room for each operation that a store
// can have.
func TestOperationsFit(t *testing.T) {
	b := browse(t)
	d, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for id, columns := range map[int][]string{stores: {"failing", "slowest"}, firing: {"db_operation_name"}} {
		first := d.rows()[0].panels
		at := slices.IndexFunc(first, func(p panel) bool { return p.ID == id })
		var rows []map[string]any
		for _, op := range catalog.Operations() {
			metric := map[string]string{"job": "job", "instance": "shop-1", "db_namespace": "store-" + string(op)}
			if id == firing {
				metric["alertname"] = "KVLatencyHigh"
			}
			for _, c := range columns {
				metric[c] = string(op)
			}
			rows = append(rows, map[string]any{"metric": metric, "value": [2]any{now.Unix(), "1"}})
		}
		text, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		p := drawn{Panel: first[at].raw, At: place{0, 0, first[at].GridPos.Width, 30}, Title: first[at].Title}
		for _, target := range first[at].Targets {
			result := string(text)
			if strings.Contains(target.Expr, "oldest") && !strings.Contains(target.Expr, "kvdb_errors") {
				result = strings.ReplaceAll(result, `"1"]`, `"0.992"]`)
			}
			p.Answers = append(p.Answers, answer{RefID: target.RefID, Result: json.RawMessage(result)})
		}
		_, seen, err := b.draw(drawing{Title: d.Title, Theme: "dark", Panels: []drawn{p}})
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range seen[0].problems() {
			t.Error(problem)
		}
		if n := len(seen[0].Rows) - 1; n != len(rows) {
			t.Errorf("%s has %d rows, want one for each of %d operations", first[at].Title, n, len(rows))
		}
		says := []string{"CAS", "BATCH del"}
		if id == stores {
			says = append(says, "992 ms")
		}
		for _, short := range says {
			if !slices.ContainsFunc(seen[0].Rows, func(cells []string) bool { return slices.Contains(cells, short) }) {
				t.Errorf("%s does not say %s: %s", first[at].Title, short, strings.Join(seen[0].Rows[len(rows)], ", "))
			}
		}
	}
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
