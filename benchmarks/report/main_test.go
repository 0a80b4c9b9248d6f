package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestUsage(t *testing.T) {
	tests := []struct {
		args   []string
		code   int
		stderr string
	}{
		{[]string{"-h"}, 0, "-rounds"},
		{[]string{"-unknown"}, 2, "-unknown"},
		{[]string{"argument"}, 2, `unexpected argument "argument"`},
		{[]string{"-rounds", "0"}, 2, "-rounds is 0"},
		{[]string{"-rounds", "many"}, 2, "many"},
		{[]string{"-rows", "("}, 2, "-rows: error parsing regexp"},
		{[]string{"-rows", "vs_nobody"}, 2, `no row matches -rows "vs_nobody"`},
		{[]string{"-json", "-markdown"}, 2, "-json and -markdown"},
		{[]string{"-from", "report.json", "-rows", "vs"}, 2, "-rows is for a measurement"},
		{[]string{"-from", "report.json", "-rounds", "3"}, 2, "-rounds is for a measurement"},
		{[]string{"-compare", "before.json", "-json"}, 2, "leave out -json"},
		{[]string{"-compare", "before.json", "-markdown"}, 2, "leave out -json"},
		{[]string{"-compare", "no-such-file.json"}, 1, "no-such-file.json"},
		{[]string{"-from", "no-such-file.json"}, 1, "no-such-file.json"},
		{[]string{"-from", "main.go"}, 1, "main.go is no report"},
	}
	for _, tt := range tests {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), tt.args, &stdout, &stderr)
		if code != tt.code || !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("report %q = %d, %q; want %d, …%q…", tt.args, code, stderr.String(), tt.code, tt.stderr)
		}
		if stdout.Len() > 0 {
			t.Errorf("report %q printed %q", tt.args, stdout.String())
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, nil, &stdout, &stderr); code != 0 || stdout.Len() > 0 {
		t.Errorf("interrupted, it exits with %d and prints %q; want 0 and nothing", code, stdout.String())
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("stderr = %q", stderr.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestRefusal(t *testing.T) {
	for _, args := range [][]string{{"-rounds=1", "-rows=allocs"}, {"-rounds=1", "-rows=allocs", "-json"}} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, brokenPipe{}, &stderr); code != 1 {
			t.Errorf("report %q exits with %d; want 1", args, code)
		}
		if got := stderr.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "broken pipe") {
			t.Errorf("report %q says %q; want one line with the reason", args, got)
		}
	}
}

// Every row but those of the servers, measured as shortly as possible: the
// numbers mean nothing, but for those that do not depend on time.
func TestEveryRow(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-json", "-rounds", "9", "-rows", "^(vs|allocs|sampled|memory|scrape|log)_"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr.String())
	}
	var got struct {
		Rows []struct {
			Name  string
			Ratio *float64
			Goal  *float64
			Met   *bool
		}
		Cores   int
		ClockNS float64 `json:"clock_ns"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	if got.Cores < 1 || got.ClockNS <= 0 {
		t.Errorf("cores = %d, clock_ns = %v; want positive numbers", got.Cores, got.ClockNS)
	}
	const none = -1
	want := map[string]float64{
		"vs_clock": 1.3, "vs_clock_sizes": 1.5,
		"vs_client_golang": 0.9, "vs_client_golang_parallel": 0.75,
		"vs_client_golang_equal": 0.7, "vs_client_golang_equal_parallel": 0.55,
		"vs_otel_prebuilt": 0.25, "vs_otel_naive": 0.05,
		"allocs_unsampled": 0, "sampled_span": 1.3, "memory_per_store": 1, "scrape_10k": 1.6,
		"log_correlated": 0.8, "log_slog": 0.8, "log_pipe": 1, "log_disabled_allocs": 0,
		"vs_otel_prebuilt_parallel": none, "vs_otel_naive_parallel": none,
	}
	if len(got.Rows) != len(want) {
		t.Errorf("%d rows; want %d", len(got.Rows), len(want))
	}
	for _, r := range got.Rows {
		goal, known := want[r.Name]
		switch {
		case !known:
			t.Errorf("row %q is not expected", r.Name)
		case goal == none:
			if r.Ratio == nil || r.Goal != nil || r.Met != nil {
				t.Errorf("%s has no ratio, or a goal or a verdict", r.Name)
			}
		case r.Ratio == nil || r.Goal == nil || r.Met == nil:
			t.Errorf("%s has no ratio, goal or verdict", r.Name)
		case *r.Goal != goal || *r.Met != (*r.Ratio <= goal):
			t.Errorf("%s: ratio %v, goal %v, met %v; want goal %v", r.Name, *r.Ratio, *r.Goal, *r.Met, goal)
		case r.Name == "memory_per_store" && *r.Ratio <= 0:
			t.Errorf("%s: ratio %v", r.Name, *r.Ratio)
		}
	}
}

func TestRowsSelects(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-rounds=2", "-rows", "^allocs|vs_clock$"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr.String())
	}
	table := stdout.String()
	for name, want := range map[string]bool{"vs_clock": true, "allocs_unsampled": true, "vs_clock_sizes": false, "vs_otel_naive": false} {
		if strings.Contains(table, name) != want {
			t.Errorf("row %q: present %v; want %v in\n%s", name, !want, want, table)
		}
	}
}
