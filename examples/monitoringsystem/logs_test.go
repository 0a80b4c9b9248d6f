package main

import (
	"errors"
	"regexp"
	"testing"
	"time"
)

// TestLines: an operation that fails or is slow has a line with a trace id, and
// one that went well has none.
func TestLines(t *testing.T) {
	lines := logged(t, func() {
		s := NewMonitoringSystem()
		defer s.Close()
		s.RecordOperation("get", time.Millisecond, nil)
		s.RecordOperation("put", 2*time.Millisecond, errors.New("the disk is on fire"))
		s.RecordOperation("scan", 150*time.Millisecond, nil)
	})
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2: %v", len(lines), lines)
	}
	for i, want := range []map[string]any{
		{"level": "error", "message": "operation failed", "operation": "put", "duration_ms": 2.0, "error": "the disk is on fire", "error_type": "_OTHER"},
		{"level": "warn", "message": "operation slow", "operation": "scan", "duration_ms": 150.0},
	} {
		for key, value := range want {
			if lines[i][key] != value {
				t.Errorf("line %d: %s is %v, want %v", i, key, lines[i][key], value)
			}
		}
		for key, pattern := range map[string]string{
			"trace_id": `^[0-9a-f]{32}$`, "span_id": `^[0-9a-f]{16}$`, "timestamp": `^2.*Z$`,
		} {
			if text, _ := lines[i][key].(string); !regexp.MustCompile(pattern).MatchString(text) {
				t.Errorf("line %d: %s is %v", i, key, lines[i][key])
			}
		}
	}
	if lines[0]["trace_id"] == lines[1]["trace_id"] {
		t.Error("two operations without a request in common share a trace")
	}
}
