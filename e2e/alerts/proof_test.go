package alerts

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const columns = 11

// TestEveryAlertHasATrial: each has to arrive in one, and nobody expects what there is not.
func TestEveryAlertHasATrial(t *testing.T) {
	known := alerts(t)
	for _, name := range known {
		if name != watchdog && !slices.ContainsFunc(trials, func(tr *trial) bool { return slices.Contains(tr.pages, name) }) {
			t.Errorf("no trial wants %s to arrive", name)
		}
	}
	for _, tr := range trials {
		for _, name := range slices.Concat(tr.pages, tr.silent, tr.hushed) {
			if !slices.Contains(known, name) {
				t.Errorf("%s wants %s, which is no alert", tr.name, name)
			}
		}
	}
}

// elsewhere are levels of alerts that arrive in no trial, each the alert and its receiver, with the
// reason. That they fire and resolve is in promtool's tests and in monitoring/proof.
var elsewhere = map[string]string{
	"KVWriteStalled tickets": "statistics are read every ten seconds, which nothing scales, so that now and then a scaled window has no change; " +
		"what holds back less than a tenth of the time is not true for as long as that takes",
	"KVCheckUnknown tickets": "each check of the programs counts for a probe, so that the critical level says it first",
}

// TestEveryLevelArrives: each level of each alert was notified in a trial, or it is said why not.
func TestEveryLevelArrives(t *testing.T) {
	arrived := make(map[string]bool)
	for _, r := range readTable(t) {
		for at := range strings.SplitSeq(r[3], " and ") {
			arrived[r[0]+" "+at] = true
		}
	}
	for name, told := range receivers(t) {
		for _, at := range told {
			if level := name + " " + at; arrived[level] == (elsewhere[level] != "") {
				t.Errorf("%s has arrived in a trial: %t, and is said not to: %q", level, arrived[level], elsewhere[level])
			}
		}
	}
}

// TestTableSaysHow: the table says with which rules the programs ran.
func TestTableSaysHow(t *testing.T) {
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	if want := head(managerInTable(t)); !strings.HasPrefix(string(text), want) {
		t.Errorf("the table begins with\n%.900s\nwant\n%s", text, want)
	}
}

// TestTable: for each alert that a trial wants there is a row of a run in which it arrived
// and was resolved, and no others. Times are not compared.
func TestTable(t *testing.T) {
	links, rows := objectives(t), readTable(t)
	for _, tr := range trials {
		for _, name := range tr.pages {
			rows = want(t, rows, name, tr.does(), tr.runs(), orNone(links[name]))
		}
	}
	rows = want(t, rows, watchdog, "Prometheus stops", "none", orNone(links[watchdog]))
	for _, r := range rows {
		t.Errorf("no trial has the row %q of %s", r, tableFile)
	}
}

// want looks for a row, checks it, and returns the others.
func want(t *testing.T, rows [][]string, alert, fault, program, thresholds string) [][]string {
	t.Helper()
	i := slices.IndexFunc(rows, func(r []string) bool { return len(r) == columns && r[0] == alert && r[1] == fault && r[2] == program })
	if i < 0 {
		t.Errorf("%s has no row for %s of %s: it has to arrive under that fault, with -args -update", tableFile, fault, program)
		return rows
	}
	r := rows[i]
	for _, at := range strings.Split(r[3], " and ") {
		if told := receivers(t)[alert]; !slices.Contains(told, at) {
			t.Errorf("%s under %s: it arrived at %q, want %v", alert, fault, at, told)
		}
	}
	after := between(" "+r[4], " ", " ")
	for _, text := range []string{after, r[7]} {
		if d, err := time.ParseDuration(text); err != nil || d <= 0 {
			t.Errorf("%s under %s: %q is no time of arrival or resolution", alert, fault, text)
		}
	}
	if r[8] != thresholds {
		t.Errorf("%s: the thresholds are %s in the table, and %s in the index of the runbooks", alert, r[8], thresholds)
	}
	return slices.Delete(rows, i, i+1)
}
