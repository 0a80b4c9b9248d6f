package days

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/common/model"
)

// A ledger has when alerts began and ended on their days.
type ledger struct {
	mu    sync.Mutex
	lines []string // of testdata
}

var timelines = filepath.Join("testdata", "timelines.txt")

// add adds a day, and when its alert fired, in minutes since the fault began.
func (l *ledger) add(d *Day, s Sick) {
	type span struct{ from, to int }
	spans := make(map[string]span)
	for _, f := range d.Found {
		for _, a := range f.Alerts {
			set := model.LabelSet{}
			for name, value := range a.Labels.Map() {
				set[model.LabelName(name)] = model.LabelValue(value)
			}
			if string(set["alertname"]) != s.Alert || string(set["severity"]) != s.Severity {
				continue
			}
			of := string(set["job"]) + " " + subject(set)
			at, ok := spans[of]
			if !ok {
				at.from = f.Minute - s.Fault.At
			}
			if a.ResolvedAt.IsZero() {
				at.to = f.Minute - s.Fault.At
			}
			spans[of] = at
		}
	}
	var list []string
	for _, of := range slices.Sorted(maps.Keys(spans)) {
		list = append(list, fmt.Sprintf("%s %+d to %+d", of, spans[of].from, spans[of].to))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf("%s: %s %s: %s", s.Name, s.Alert, s.Severity, strings.Join(list, ", ")))
}

// check compares with testdata.
func (l *ledger) check(t *testing.T) {
	t.Helper()
	if *update && len(l.lines) == len(SickDays()) {
		slices.Sort(l.lines)
		if err := os.WriteFile(timelines, []byte(strings.Join(l.lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(timelines)
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Split(string(text), "\n")
	for _, line := range l.lines {
		if !slices.Contains(known, line) {
			t.Errorf("%s has not, and may be made again with -update: %s", timelines, line)
		}
	}
}
