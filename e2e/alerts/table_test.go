package alerts

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

const tableFile = "../../docs/alerts-proof.md"

// A row is what a run has seen of an alert under a fault. The slower chain counts.
type row struct {
	fault, program, alert string
	receivers             []string
	after, resolved       time.Duration
	beside                []string // came too, and were inhibited
}

func (r *row) add(receivers map[string]bool) {
	for name := range receivers {
		if !slices.Contains(r.receivers, name) {
			r.receivers = append(r.receivers, name)
		}
	}
}

// does is the fault in words of the table.
func (tr *trial) does() string {
	if tr.fault != "" {
		return tr.fault
	}
	return "`" + tr.name + "`"
}

// runs is the program in words of the table.
func (tr *trial) runs() string {
	if tr.engine != "" {
		return tr.program() + ", " + tr.engine
	}
	return tr.program() + ", pebble"
}

// results are the rows of all faults under which nothing went wrong.
func results(t *testing.T, courses []*course, chains []*chain) (rows []row) {
	t.Helper()
	for _, c := range courses {
		if c.wrong {
			continue
		}
		beside := make(map[string]bool)
		for _, s := range c.seen {
			for name := range s.held {
				if _, notified := s.told[name]; !notified {
					beside[name] = true
				}
			}
		}
		for _, name := range c.pages {
			r := row{fault: c.does(), program: c.runs(), alert: name, beside: slices.Sorted(maps.Keys(beside))}
			for _, ch := range chains {
				d := c.seen[ch].told[name]
				r.after, r.resolved = max(r.after, d.firing.Sub(c.on)), max(r.resolved, d.resolved.Sub(c.ended))
				r.add(d.receivers)
			}
			rows = append(rows, r)
		}
	}
	return rows
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

// receivers are who may be told of each alert: those to whom alertmanager.yaml sends its
// levels.
func receivers(t *testing.T) map[string][]string {
	t.Helper()
	groups, err := generate.Rules(parameters())
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]string{"critical": "pager", "warning": "tickets", "none": "deadman"}
	told := make(map[string][]string)
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert != "" {
				told[r.Alert] = append(told[r.Alert], of[r.Severity()])
			}
		}
	}
	return told
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

<!-- Written by go test ./e2e/alerts -run TestArrival -timeout 20m -args -update. DO NOT EDIT. -->

The example programs ran under each fault, with the rules of the command mixin at a thirtieth of their time and with
FLAGS, since the programs share the machine. Two pairs of servers watched
them: Debian's Prometheus and Alertmanager (2.42 and 0.25 on Debian 12), and those of the modules under tools, where this Prometheus
converts classic histograms, and reads native ones where a row says so. An alert counts when both pairs had
notified a webhook of it, once; the times are those of the slower pair. What rules without a scale take
is at most the time in brackets: it has steps, such as scrapes and reads of statistics, that were not scaled. "Quiet" counts all
other alerts: none of them was notified, nor came to an Alertmanager. A healthy program beside them caused no
alert at all. The last column has the beginning of the SHA-256 of the alert's rules and of what they record, as they were then: a
test fails where the rules are others by now. That of alertmanager.yaml began with MANAGER.

| alert | fault | program | arrived at | after (unscaled) | came too, and was inhibited | quiet | resolved after the fault | thresholds | runbook | rules |
|---|---|---|---|---|---|---|---|---|---|---|
`

// head is what is above the rows, for a configuration of Alertmanager.
func head(manager string) string {
	flags := fmt.Sprintf("`-saturation %v -capacity %v`", saturation, capacity)
	return strings.NewReplacer("FLAGS", flags, "MANAGER", "`"+manager+"`").Replace(tableHead)
}

// cells are those of the table. Besides the times they follow from the trial and the rules.
func (r *row) cells(links, rules map[string]string, quiet int) []string {
	slices.Sort(r.receivers)
	return []string{
		r.alert, r.fault, r.program, strings.Join(r.receivers, " and "),
		fmt.Sprintf("%s (%s)", seconds(r.after), seconds(time.Duration(float64(r.after)/scale))),
		orNone(strings.Join(r.beside, ", ")), fmt.Sprintf("the other %d", quiet), seconds(r.resolved), orNone(links[r.alert]),
		runbook(r.alert), "`" + rules[r.alert] + "`",
	}
}

// runbook is the link to one that ships. The others are written for those who ask for their
// alerts.
func runbook(alert string) string {
	path := "../monitoring/runbooks/" + alert + ".md"
	if _, err := os.Stat(filepath.Join("../../docs", path)); err != nil {
		return "of the command mixin"
	}
	return fmt.Sprintf("[%s](%s)", alert, path)
}

// writeTable writes the rows, in the order of the rules. With -only, those of other trials
// stay.
func writeTable(t *testing.T, rows []row) {
	t.Helper()
	lines := make(map[string]string)
	if *only != "" {
		for _, cells := range readTable(t) {
			if slices.ContainsFunc(trials, func(tr *trial) bool { return len(cells) > 1 && tr.does() == cells[1] }) {
				lines[cells[0]+cells[1]] = line(cells)
			}
		}
	}
	links, all, rules := objectives(t), alerts(t), hashes(t)
	for _, r := range rows {
		paged := 0
		for _, other := range rows {
			if other.fault == r.fault {
				paged++
			}
		}
		cells := r.cells(links, rules, len(all)-paged-len(r.beside))
		lines[cells[0]+cells[1]] = line(cells)
	}
	manager := managerHash(t)
	if *only != "" {
		manager = managerInTable(t) // the other rows are of that one
	}
	text := head(manager)
	for _, name := range all {
		for _, key := range slices.Sorted(maps.Keys(lines)) {
			if strings.HasPrefix(lines[key], "| "+name+" |") {
				text += lines[key]
			}
		}
	}
	if err := os.WriteFile(tableFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func line(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func readTable(t *testing.T) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| KV") {
			rows = append(rows, strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | "))
		}
	}
	return rows
}

func seconds(d time.Duration) string { return d.Round(time.Second).String() }

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
