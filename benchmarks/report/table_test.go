package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerdict(t *testing.T) {
	tests := []struct {
		ratio float64
		goal  *float64
		want  string
	}{
		{0.9, atMost(0.9), "true"},
		{0.901, atMost(0.9), "false"},
		{0, atMost(0), "true"},
		{7, nil, "null"},
	}
	for _, tt := range tests {
		r := definition{name: "row", goal: tt.goal}.judge(row{Ratio: tt.ratio})
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]json.RawMessage
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if string(got["met"]) != tt.want || got["goal"] == nil {
			t.Errorf("ratio %v: %s; want met %s, and a goal or null", tt.ratio, text, tt.want)
		}
	}
}

func example() *report {
	low, high := 0.38, 0.42
	return &report{
		Cores: 2, ClockNS: 32.5, Rounds: 400, Go: "go1.26.0",
		LeftOut: []omission{{Name: "server_cpu_get", Why: "there is no server"}},
		Rows: []row{
			definition{name: "vs_client_golang_parallel", goal: atMost(0.75)}.judge(row{
				Ratio: 0.4, Cost: 80, Reference: 200, Unit: "ns", Low: &low, High: &high, Goroutines: 2,
			}),
			definition{name: "memory_per_store", goal: atMost(1)}.judge(row{
				Ratio: 1.25, Cost: 320_000, Reference: 256_000, Unit: "B", Note: "a note",
			}),
			definition{name: "no_goal"}.judge(row{Ratio: 2, Cost: 2e6, Reference: 1e6, Unit: "ns"}),
		},
	}
}

func TestTable(t *testing.T) {
	rep := example()
	var out bytes.Buffer
	if err := rep.writeTable(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		"row ratio goal met 95 % of ratios cost reference what",
		"vs_client_golang_parallel 0.4 ≤ 0.75 yes 0.38 – 0.42 80.0 ns 200.0 ns the same on all cores; 2 cores",
		"memory_per_store 1.25 ≤ 1 NO - 320.0 kB 256.0 kB heap of a wrapped store ÷ 256 kB; a note",
		"no_goal 2 - - - 2.00 ms 1.00 ms",
	} {
		if got := strings.Join(strings.Fields(lines[i]), " "); got != want {
			t.Errorf("line %d is %q; want %q", i, got, want)
		}
	}
	rest := strings.Join(lines[4:], "\n")
	for _, want := range []string{"2 cores", "32.5 ns", "server_cpu_get is left out: there is no server."} {
		if !strings.Contains(rest, want) {
			t.Errorf("the table ends with %q; want …%s…", rest, want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	if err := example().writeMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	want := `| row | what | ratio (95 %) | goal | met |
|---|---|---|---|---|
| ` + "`vs_client_golang_parallel`" + ` | the same on all cores; 2 cores; 80.0 ns ÷ 200.0 ns | 0.4 (0.38 – 0.42) | ≤ 0.75 | yes |
| ` + "`memory_per_store`" + ` | heap of a wrapped store ÷ 256 kB; a note; 320.0 kB ÷ 256.0 kB | 1.25 | ≤ 1 | **no** |
| ` + "`no_goal`" + ` | 2.00 ms ÷ 1.00 ms | 2 | - | - |

2 cores, go1.26.0, 400 rounds; one clock read takes 32.5 ns. Cost is the decorated call less the bare one.

` + "`server_cpu_get`" + ` is left out: there is no server.
`
	if got := out.String(); got != want {
		t.Errorf("the table is\n%s\nwant\n%s", got, want)
	}
}

// What -json wrote comes out of -from as it was.
func TestFrom(t *testing.T) {
	var first, again, stderr bytes.Buffer
	if err := example().writeJSON(&first); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(file, first.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), []string{"-json", "-from", file}, &again, &stderr); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr.String())
	}
	if again.String() != first.String() {
		t.Errorf("-from prints\n%s\nwant\n%s", again.String(), first.String())
	}
}
