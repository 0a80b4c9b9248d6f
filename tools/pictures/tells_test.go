package main

import (
	"slices"
	"testing"
)

// tells are what the first screen has to tell of a fault: which store is ill, by which of
// its operations, without a look at anything else.
var tells = map[string]func(t *testing.T, seen []report){
	"healthy": func(t *testing.T, seen []report) { state(t, seen, "well") },
	"errors": func(t *testing.T, seen []report) {
		state(t, seen, "ill")
		column(t, seen, "Failing", func(text string) bool { return text != "" })
	},
	"slow": func(t *testing.T, seen []report) {
		state(t, seen, "ill")
		column(t, seen, "Slowest", func(text string) bool { return text != "" })
	},
	"replica": func(t *testing.T, seen []report) {
		state(t, seen, "ill")
		column(t, seen, "Lag", func(text string) bool { return text == "lost" })
	},
}

const stores = 21

// first returns the first row of the table of stores, by its columns.
func first(t *testing.T, seen []report) map[string]string {
	t.Helper()
	at := slices.IndexFunc(seen, func(r report) bool { return r.ID == stores })
	if at < 0 || len(seen[at].Rows) < 2 {
		t.Fatal("there is no table of stores")
	}
	row := make(map[string]string)
	for i, name := range seen[at].Rows[0] {
		row[name] = seen[at].Rows[1][i]
	}
	return row
}

// state wants the ill instance on top, in a state.
func state(t *testing.T, seen []report, want string) {
	t.Helper()
	if row := first(t, seen); row["State"] != want || row["Instance"] != ill {
		t.Errorf("the first store is %v, want %s %s", row, ill, want)
	}
}

func column(t *testing.T, seen []report, name string, ok func(text string) bool) {
	t.Helper()
	if row := first(t, seen); !ok(row[name]) {
		t.Errorf("%s is %q in %v", name, row[name], row)
	}
}
