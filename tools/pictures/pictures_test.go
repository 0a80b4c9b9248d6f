package main

import (
	"cmp"
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
		{job: lossy, name: lossy, args: []string{"-stores", "0"}, env: []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9", "OTEL_BLRP_MAX_QUEUE_SIZE=1"}},
	}
	if *update {
		for _, kind := range []string{"lag", "disk", "fulldisk:1m", "stall", "engine", "hang", "canceled", "conflicts", "idle", "unknown"} {
			name, _, _ := strings.Cut(kind, ":")
			all = append(all, &program{job: name, fault: kind})
		}
		all = append(all,
			&program{job: "slowdisk", fault: "slowdisk"},
			&program{job: "saturation", fault: "saturation", nice: true},
			&program{job: "memory", fault: "memory", memory: 512 << 20},
			&program{job: "restart", fault: "restart:15s"},
		)
	}
	for _, p := range all {
		p.name = cmp.Or(p.name, quickstart)
	}
	return all
}

// A minute has room for no alert. What a picture shows of a program that is well is empty
// where something would be wrong.
const firing, errorTypes = 22, 107

// busy are panels that draw something only where the machine is slow.
var busy = map[int]string{
	firing: "a minute has room for no alert",
}

// What is not drawn yet is looked for so many times more, after so many scrapes.
const patience, scrapesMore = 3, 5

// TestPictures draws the dashboard with the data of real programs. A panel that draws
// nothing fails, as do one whose axes have no unit and texts that are cut or lie on others.
func TestPictures(t *testing.T) {
	d, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{quickstart, kvserver, lossy} {
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
	before, under, shown := 6, 20, 40*time.Second // scrapes, and a time in which axes have two texts at least
	if *update {
		before, under, shown = 12, 98, 110*every
	}
	server := startPrometheus(t, all)
	server.awaitScrapes(t, "healthy", before)
	turn(t, all)
	scraped := before + under
	server.awaitScrapes(t, "healthy", scraped)

	draw := func(t *testing.T, name string, p picture) []report {
		t.Helper()
		p.dashboard, p.prometheus, p.theme = d, server, cmp.Or(p.theme, "dark")
		p.span = newSpan(time.Now(), shown, told)
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
	// Faults stay, so what is not to be seen yet is looked for again: a machine that is busy
	// scrapes less often, and its programs do less.
	patiently := func(t *testing.T, look func(*findings)) {
		t.Helper()
		for left := patience; ; left-- {
			var f findings
			look(&f)
			if len(f) == 0 {
				return
			}
			if left == 0 {
				for _, finding := range f {
					t.Error(finding)
				}
				return
			}
			t.Logf("not yet: %q", []string(f))
			scraped += scrapesMore
			server.awaitScrapes(t, "healthy", scraped)
		}
	}

	t.Run("every panel", func(t *testing.T) {
		patiently(t, func(f *findings) {
			for _, r := range d.rows() {
				for _, seen := range draw(t, "all of "+r.title, picture{rows: []string{r.title}}) {
					if why := busy[seen.ID]; why != "" && seen.Marks == 0 {
						t.Logf("%d, %s, draws nothing: %s", seen.ID, seen.Title, why)
						continue
					}
					f.problems(seen)
				}
			}
		})
	})
	t.Run("light", func(t *testing.T) {
		patiently(t, func(f *findings) {
			for _, seen := range draw(t, "light", picture{rows: []string{firstScreen}, chosen: values{"job": "errors"}, theme: "light"}) {
				if seen.ID != firing || seen.Marks > 0 {
					f.problems(seen)
				}
			}
		})
	})
	for _, p := range all {
		if p.name == lossy {
			continue // the first screen is about stores
		}
		t.Run(p.job, func(t *testing.T) {
			if len(tells[p.job]) == 0 {
				t.Error("nobody says what it has to tell")
			}
			patiently(t, func(f *findings) {
				seen := draw(t, p.job, picture{rows: []string{firstScreen}, chosen: values{"job": p.job}, says: p.says()})
				for _, s := range seen {
					if s.ID != firing || s.Marks > 0 {
						f.problems(s)
					}
				}
				for _, tell := range tells[p.job] {
					tell(f, seen)
				}
			})
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

// keep writes a picture where the test's artifacts are, or into docs/pictures.
func keep(t *testing.T, name string, png []byte) {
	t.Helper()
	dir := t.ArtifactDir()
	if *update && slices.Contains(published, name) {
		dir = documented
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
