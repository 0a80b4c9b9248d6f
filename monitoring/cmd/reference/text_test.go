package main

import (
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestText(t *testing.T) {
	for got, want := range map[string]string{
		marked("a get of error.type, not e.g. kvdb_errors_total."): "a get of `error.type`, not e.g. `kvdb_errors_total`.",
		bounds(catalog.RequestLatency):                             "1\u00a0ms, 10\u00a0ms, 100\u00a0ms, 1\u00a0s",
		bounds(catalog.RequestSize)[:len("16\u00a0B, 64")]:         "16\u00a0B, 64",
		numbers([]float64{0.5, 0.99}):                              "0.5, 0.99",
		anchor("Operations, outcomes and errors"):                  "operations-outcomes-and-errors",
		enumerate([]string{"a", "b", "c"}, "and"):                  "a, b and c",
		enumerate([]string{"a"}, "or"):                             "a",
		sentence("`kvdb.errors` counts"):                           "`kvdb.errors` counts.",
		wrap("one two `three four` five", "  ", 10):                "one two\n  `three four`\n  five",
		code("a", "b"): "`a`, `b`",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFamilies(t *testing.T) {
	few := []string{"kvdb_errors_total", "kvdb_in_flight"}
	if got := strings.Join(families(few), " "); got != strings.Join(few, " ") {
		t.Errorf("few names became %s", got)
	}
	for prefix, want := range map[string]string{"otel_sdk_": "otel_sdk_…", "": "a_a a_b b_c c_c d_c e_c f_c g_c"} {
		var many []string
		for _, n := range []string{"a_a", "a_b", "b_c", "c_c", "d_c", "e_c", "f_c", "g_c"} {
			many = append(many, prefix+n)
		}
		if got := strings.Join(families(many), " "); got != want {
			t.Errorf("%q became %s, want %s", many, got, want)
		}
	}
}

func TestFill(t *testing.T) {
	if _, err := metricsRegion.fill("no markers", "table"); err == nil {
		t.Error("a page without markers is no error")
	}
	if _, err := metricsRegion.fill(metricsRegion.begin()+"the end is missing", "table"); err == nil {
		t.Error("a page with one marker is no error")
	}
}
