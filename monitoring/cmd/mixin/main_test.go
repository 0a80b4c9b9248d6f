package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	var stderr strings.Builder
	args := []string{
		"-out", dir, "-p99", "50ms", "-errors", "0.02", "-saturation", "0.8", "-lag", "10s", "-disk", "0.85", "-capacity", "5000",
		"-selector", `job="orders"`, "-labels", "team=x, tier=1", "-runbooks", "https://wiki/kv", "-traces", "jaeger", "-logs", "", "-timescale", "0.5",
	}
	if code := run(args, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit status %d: %s", code, &stderr)
	}
	for name, want := range map[string]string{
		"rules.yaml": `tier: "1"`, "prometheusrule.yaml": "kind: PrometheusRule", "alertmanager.yaml": "inhibit_rules:", "dashboard.json": "jaeger", "datasources.yaml": "uid: jaeger", "runbooks/KVCapacityHigh.md": "# KVCapacityHigh",
	} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s does not say %s: %v", name, want, err)
		}
	}
}

// What is wrong is said in one line, and nothing is written.
func TestRunErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no directory":   {nil, 2, "-out"},
		"flag":           {[]string{"-nothing"}, 2, "-nothing"},
		"argument":       {[]string{"-out", "x", "rules"}, 2, "rules"},
		"objective":      {[]string{"-out", "DIR", "-errors", "-1"}, 2, "errors: want a share between 0 and 1, got -1"},
		"several":        {[]string{"-out", "DIR", "-errors", "-1", "-disk", "2"}, 2, "disk: want a share between 0 and 1, got 2"},
		"selector":       {[]string{"-out", "DIR", "-selector", "{job=}"}, 2, "selector"},
		"labels":         {[]string{"-out", "DIR", "-labels", "team"}, 2, "name=value"},
		"label twice":    {[]string{"-out", "DIR", "-labels", "a=b,a=c"}, 2, "each name once"},
		"a file":         {[]string{"-out", file}, 1, "not a directory"},
		"below a file":   {[]string{"-out", filepath.Join(file, "x")}, 1, "not a directory"},
		"help of it all": {[]string{"-h"}, 0, "-timescale"},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		args := make([]string, len(tt.args))
		for i, a := range tt.args {
			args[i] = strings.ReplaceAll(a, "DIR", dir)
		}
		var stderr strings.Builder
		code := run(args, &stderr)
		if code != tt.code || !strings.Contains(stderr.String(), tt.says) {
			t.Errorf("%s: exit status %d and %q, want %d and %q", name, code, &stderr, tt.code, tt.says)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: something was written", name)
		}
		if lines := strings.Count(stderr.String(), "\n"); tt.code != 0 && !strings.HasPrefix(tt.says, "-") && lines != 1 {
			t.Errorf("%s: %d lines: %s", name, lines, &stderr)
		}
	}
}
