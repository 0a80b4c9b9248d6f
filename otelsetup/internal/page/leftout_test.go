package page

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// said returns metrics and detail of each line.
func said(t *testing.T, drop func(*Losses)) (lines [][2]string) {
	t.Helper()
	core, log := observer.New(zapcore.DebugLevel)
	l := NewLosses(zap.New(core))
	drop(l)
	if err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, line := range log.All() {
		fields := line.ContextMap()
		lines = append(lines, [2]string{fmt.Sprint(fields["metrics"]), fmt.Sprint(fields["detail"])})
	}
	return lines
}

// A line about several metrics has the reason of each.
func TestEachMetricHasItsReason(t *testing.T) {
	for _, tt := range []struct {
		name            string
		drops           [][2]string // metric and detail
		metrics, detail string
	}{
		{"one", [][2]string{{"a", "it is nil"}}, "a", "it is nil"},
		{"the same", [][2]string{{"a", "it is nil"}, {"b", "it is nil"}}, "a, b", "it is nil"},
		{
			"each another", [][2]string{{"a", "it is nil"}, {"b", "it is no gauge"}, {"c", "it is nil"}},
			"a, b, c", "a, c: it is nil; b: it is no gauge",
		},
		{"two of one", [][2]string{{"a", "it is nil"}, {"a", "it is no gauge"}, {"a", "it is nil"}}, "a", "a: it is nil; a: it is no gauge"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := said(t, func(l *Losses) {
				for _, d := range tt.drops {
					l.Dropped("own", d[0], invalid, d[1], 1)
				}
			})
			if len(lines) != 1 || lines[0] != [2]string{tt.metrics, tt.detail} {
				t.Errorf("lines %q", lines)
			}
		})
	}
}

// What is said is bounded, whatever metrics and reasons are called.
func TestReasonsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	lines := said(t, func(l *Losses) {
		for i := range 2 * maxSaid {
			for j := range 2 * maxDetails {
				l.Dropped("own", fmt.Sprint("m", i, long), invalid, fmt.Sprint(i, " ", j, long), 1)
			}
		}
	})
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	if metrics, detail := lines[0][0], lines[0][1]; len(metrics) > 10_000 || len(detail) > 10_000 ||
		!strings.HasSuffix(metrics, fmt.Sprintf(" and %d more", maxSaid-metricsShown)) ||
		!strings.HasSuffix(detail, fmt.Sprintf("; and %d more reasons", maxSaid*maxDetails-detailsShown)) {
		t.Errorf("%d and %d bytes: %.100s … %s", len(metrics), len(detail), metrics, detail[max(0, len(detail)-100):])
	}
}
