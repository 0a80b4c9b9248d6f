//go:build arrival

package alerts

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

const tableFile = "../../docs/alerts-proof.md"

// unproven are alerts that have no row yet. A row ends the exception.
var unproven = []string{}

// A result is what a run has seen of an alert.
type result struct {
	fault     string
	receivers []string // none for one that was inhibited
	because   []string // of these alerts
	after     time.Duration
	resolved  time.Duration
	beside    []string // that came with it, and were inhibited
}

// results are those of all alerts but the watchdog. One that several faults cause is
// told for the fault in which it arrived, if there is one.
func results(courses []*course, chains []*chain) map[string]*result {
	all := make(map[string]*result)
	for _, c := range courses {
		if c.late != "" || c.on.IsZero() {
			continue
		}
		for _, name := range c.pages {
			if all[name] == nil || len(all[name].receivers) == 0 {
				all[name] = c.page(name, chains)
			}
		}
		for _, name := range c.silent {
			if all[name] == nil {
				all[name] = c.silence(name, chains)
			}
		}
	}
	return all
}

func (c *course) does() string {
	if c.fault != "" {
		return c.fault
	}
	return "`" + c.name + "`"
}

// page is what was seen of an alert that arrived: the slower chain counts.
func (c *course) page(name string, chains []*chain) *result {
	r := &result{fault: c.does(), beside: c.silent}
	receivers := make(map[string]bool)
	for _, ch := range chains {
		d := ch.webhook.about(c.name)[name]
		maps.Copy(receivers, d.receivers)
		r.after = max(r.after, d.firing.Sub(c.on))
		r.resolved = max(r.resolved, d.resolved.Sub(c.ended))
	}
	r.receivers = slices.Sorted(maps.Keys(receivers))
	return r
}

func (c *course) silence(name string, chains []*chain) *result {
	r := &result{fault: c.does()}
	because := make(map[string]bool)
	for _, ch := range chains {
		h := ch.about(c.name)[name]
		maps.Copy(because, h.because)
		r.after = max(r.after, h.was.Sub(c.on))
		r.resolved = max(r.resolved, h.recovered.Sub(c.ended))
	}
	r.because = slices.Sorted(maps.Keys(because))
	return r
}

// alerts are the names of all alerts, in the order of the rules.
func alerts(t *testing.T) (names []string) {
	t.Helper()
	groups, err := generate.Rules(parameters())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert != "" && !slices.Contains(names, r.Alert) {
				names = append(names, r.Alert)
			}
		}
	}
	return names
}

// objectives are the links to the thresholds of each alert, from the index of the
// runbooks.
func objectives(t *testing.T) map[string]string {
	t.Helper()
	files, err := generate.Files(parameters())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f generate.File) bool { return f.Name == "runbooks/README.md" })
	if i < 0 {
		t.Fatal("there is no index of the runbooks")
	}
	links := make(map[string]string)
	for line := range strings.Lines(files[i].Text) {
		if cells := strings.Split(line, " | "); len(cells) == 5 && strings.HasPrefix(line, "| [") {
			links[between(cells[0], "[", "]")] = cells[3]
		}
	}
	return links
}

func between(s, left, right string) string {
	_, s, _ = strings.Cut(s, left)
	s, _, _ = strings.Cut(s, right)
	return s
}

const tableHead = `# Alerts, as they arrived

<!-- Written by go test ./e2e/alerts -run TestArrival -args -update. DO NOT EDIT. -->

A run of the example program under each fault, with the rules at a thirtieth of their
time, watched by two pairs of servers: Debian's Prometheus and Alertmanager, and newer
ones. An alert counts when both pairs had it; the times are those of the slower pair. What
unscaled rules take is at most the time in brackets: it has steps, such as scrapes and
reads of statistics, that were not scaled. A healthy program beside them caused
no alert, and in each row everything that it does not name stayed quiet.

| alert | fault | arrived at | after (unscaled) | came too, and was inhibited | resolved after the fault | thresholds | runbook |
|---|---|---|---|---|---|---|---|
`

func writeTable(t *testing.T, seen map[string]*result) {
	t.Helper()
	links := objectives(t)
	var b strings.Builder
	b.WriteString(tableHead)
	for _, name := range alerts(t) {
		r := seen[name]
		if r == nil {
			continue
		}
		at := "webhook of " + strings.Join(r.receivers, " and ")
		if len(r.receivers) == 0 {
			at = "Alertmanager, inhibited by " + strings.Join(r.because, " and ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s (%s) | %s | %s | %s | [%s](../monitoring/runbooks/%s.md) |\n",
			name, r.fault, at, seconds(r.after), seconds(time.Duration(float64(r.after)/scale)),
			orNone(strings.Join(r.beside, ", ")), seconds(r.resolved), orNone(links[name]), name, name)
	}
	if err := os.WriteFile(tableFile, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func seconds(d time.Duration) string { return d.Round(time.Second).String() }

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// TestTable: every alert has a trial in which it has to arrive, and a row of a run in which
// it did, with a resolution. Times are not compared.
func TestTable(t *testing.T) {
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| KV") {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
			rows[cells[0]] = cells
		}
	}
	links, known := objectives(t), alerts(t)
	for _, name := range known {
		due := !slices.Contains(unproven, name)
		row, there := rows[name]
		switch {
		case due && !there:
			t.Errorf("%s has no row in %s", name, tableFile)
		case !due && there:
			t.Errorf("%s has a row: take it off the list of what is unproven", name)
		case there:
			checkRow(t, name, row, orNone(links[name]))
		}
	}
	for name := range rows {
		if !slices.Contains(known, name) {
			t.Errorf("%s of %s is no alert", name, tableFile)
		}
	}
}

func checkRow(t *testing.T, name string, row []string, thresholds string) {
	t.Helper()
	if len(row) != 8 {
		t.Errorf("%s: the row has %d columns: %q", name, len(row), row)
		return
	}
	i := slices.IndexFunc(trials, func(tr *trial) bool {
		c := &course{trial: tr}
		return c.does() == row[1] && (slices.Contains(tr.pages, name) || slices.Contains(tr.silent, name))
	})
	if i < 0 && name != watchdog {
		t.Errorf("%s: no trial has the fault %s and wants it", name, row[1])
	}
	if row[6] != thresholds {
		t.Errorf("%s: the thresholds are %s in the table, and %s in the index of the runbooks", name, row[6], thresholds)
	}
	after, _, _ := strings.Cut(row[3], " ")
	for _, text := range []string{after, row[5]} {
		if d, err := time.ParseDuration(text); err != nil || d < 0 {
			t.Errorf("%s: %q is no time of arrival or resolution", name, text)
		}
	}
}
