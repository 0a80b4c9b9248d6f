package main

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// Programs that are drawn: the one that is well is the first.
func programs() []*program {
	all := []*program{
		{job: "healthy"},
		{job: "errors", fault: "errors"},
		{job: "slow", fault: "slow"},
		{job: "replica", fault: "replica"},
		{job: "bolt", engine: "bolt", fault: "oldread"},
		{job: "badger", engine: "badger", fault: "stall"},
		{job: "redis", engine: "redis", strike: pause, wrong: "the Redis of " + ill + " takes no writes"},
		{job: "telemetry", fault: "slow", args: []string{"-pprof", "127.0.0.1:0"}, env: []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9"}},
		{job: "server", name: kvserver},
	}
	if *update {
		for _, kind := range []string{"lag", "disk", "fulldisk:1m", "stall", "engine", "hang", "canceled", "conflicts", "idle", "unknown"} {
			name, _, _ := strings.Cut(kind, ":")
			all = append(all, &program{job: name, fault: kind})
		}
	}
	for _, p := range all {
		p.name = cmp.Or(p.name, quickstart)
	}
	return all
}

// nothing are the panels that draw nothing under a minute of faults, with the reason.
var nothing = map[int]string{
	1009: "nothing limits the series of these programs",
}

// A minute has room for no alert. What a picture shows of a program that is well is empty
// where something would be wrong.
const firing, errorTypes = 22, 107

// busy are panels that draw something only where the machine is slow.
var busy = map[int]string{
	firing: "a minute has room for no alert",
	1003:   "queues run full where nobody has time to empty them",
	1008:   "a page is late where nobody has time to make it",
}

// TestPictures draws the dashboard with the data of real programs. A panel that draws
// nothing fails, as do one whose axes have no unit and texts that are cut or lie on others.
func TestPictures(t *testing.T) {
	d, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{quickstart, kvserver} {
		build(t, name)
	}
	b := browse(t)
	all, dir := programs(), process.StoresDir(t)
	for _, p := range all {
		p.start(t, dir)
	}
	for _, p := range all {
		p.await(t)
	}
	before, under := 6, 14 // scrapes
	if *update {
		before, under = 12, 98
	}
	server := startPrometheus(t, all)
	server.awaitScrapes(t, "healthy", before)
	turn(t, all)
	server.awaitScrapes(t, "healthy", before+under)
	shown := newSpan(time.Now(), time.Duration(before+under)*every, told)

	draw := func(t *testing.T, name string, p picture) []report {
		t.Helper()
		p.dashboard, p.prometheus, p.span, p.theme = d, server, shown, "dark"
		asked, err := p.drawing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		png, seen, err := b.draw(asked)
		if err != nil {
			t.Fatal(err)
		}
		keep(t, name, png)
		return seen
	}

	t.Run("every panel", func(t *testing.T) {
		drawn := make(map[int]bool)
		for _, r := range d.rows() {
			for _, seen := range draw(t, "all of "+r.title, picture{rows: []string{r.title}}) {
				drawn[seen.ID] = seen.Marks > 0
				if why := busy[seen.ID]; why != "" && seen.Marks == 0 {
					t.Logf("%d, %s, draws nothing: %s", seen.ID, seen.Title, why)
					continue
				}
				if why := nothing[seen.ID]; why != "" {
					if seen.Marks > 0 {
						t.Errorf("%d, %s, draws something: it is among those that do not, since %s", seen.ID, seen.Title, why)
					}
					continue
				}
				fail(t, seen)
			}
		}
		for id := range maps.Keys(nothing) {
			if _, ok := drawn[id]; !ok {
				t.Errorf("there is no panel %d any more", id)
			}
		}
	})
	for _, p := range all {
		t.Run(p.job, func(t *testing.T) {
			seen := draw(t, p.job, picture{rows: []string{firstScreen}, chosen: values{"job": p.job}, says: p.says()})
			for _, s := range seen {
				if s.ID != firing || s.Marks > 0 {
					fail(t, s)
				}
			}
			if len(tells[p.job]) == 0 {
				t.Error("nobody says what it has to tell")
			}
			for _, tell := range tells[p.job] {
				tell(t, seen)
			}
		})
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(drawnFrom, []byte(sum(t, d)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (p *program) says() string {
	switch {
	case p.wrong != "":
		return p.wrong
	case p.fault != "":
		return "the fault " + p.fault + " is in " + ill
	}
	return "nothing is wrong"
}

func fail(t *testing.T, r report) {
	t.Helper()
	for _, problem := range r.problems() {
		t.Error(problem)
	}
}

// keep writes a picture into docs/pictures, or where the test's artifacts are.
func keep(t *testing.T, name string, png []byte) {
	t.Helper()
	dir := documented
	if !*update {
		dir = t.ArtifactDir()
	} else if !slices.Contains(published, name) {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
	const most = 150_000
	if len(png) > most && slices.Contains(published, name) {
		t.Errorf("%s has %d bytes, want at most %d", name, len(png), most)
	}
}

// published are the pictures that documentation shows.
var published = []string{"healthy", "errors", "slow", "replica", "lag", "fulldisk", "engine", "hang"}
