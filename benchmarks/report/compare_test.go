package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	with := func(name string, ratio, low, high float64) row {
		r := definition{name: name, goal: atMost(1)}.judge(row{Ratio: ratio, Low: &low, High: &high})
		if low > high {
			r.Low, r.High = nil, nil
		}
		return r
	}
	none := func(name string, ratio float64) row { return with(name, ratio, 1, 0) }
	folder := t.TempDir()
	file := func(name string, rows ...row) string {
		t.Helper()
		var text bytes.Buffer
		if err := (&report{Rows: rows, Cores: 2, Go: name}).writeJSON(&text); err != nil {
			t.Fatal(err)
		}
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	before := file("go1", with("noise", 0.5, 0.4, 0.6), with("slower", 0.5, 0.4, 0.6), with("faster", 0.5, 0.4, 0.6), none("allocs", 0), none("equal", 1), none("gone", 1))
	now := file("go2", with("noise", 0.61, 0.55, 0.7), with("slower", 1.5, 0.61, 1.6), with("faster", 0.3, 0.2, 0.39), none("allocs", 1), none("equal", 1), none("new", 2))

	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-compare", before, "-from", now}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr.String())
	}
	got := strings.Join(strings.Fields(stdout.String()), " ")
	want := "row before now change goal met" +
		" noise 0.5 (0.4 – 0.6) 0.61 (0.55 – 0.7) same ≤ 1 yes" +
		" slower 0.5 (0.4 – 0.6) 1.5 (0.61 – 1.6) WORSE ≤ 1 NO" +
		" faster 0.5 (0.4 – 0.6) 0.3 (0.2 – 0.39) better ≤ 1 yes" +
		" allocs 0 1 WORSE ≤ 1 yes" +
		" equal 1 1 same ≤ 1 yes" +
		" new - 2 - ≤ 1 NO" +
		" gone 1 - - ≤ 1 -" +
		" before: 2 cores, go1,"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
