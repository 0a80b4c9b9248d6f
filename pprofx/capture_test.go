package pprofx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil"
)

type gate struct{ open, calls atomic.Int64 }

func (g *gate) Enable()  { g.open.Add(1); g.calls.Add(1) }
func (g *gate) Disable() { g.open.Add(-1) }

func TestCapture(t *testing.T) {
	work(t)
	log, lines := testutil.NewLog(t, zap.InfoLevel)
	dir := filepath.Join(t.TempDir(), "evidence")
	var g gate
	p := start(t, WithDirectory(dir), WithLogger(log), WithLabels(&g), WithBlockRate(1), optionFunc(func(c *config) {
		c.captureTime = 500 * time.Millisecond
	}))
	path, err := p.Capture(traced(t.Context()), "it is slow")
	if err != nil {
		t.Fatal(err)
	}
	all := files(t, dir)
	if want := "[block cpu flight goroutine heap mutex]"; keys(all) != want {
		t.Errorf("%s, want %s", keys(all), want)
	}
	if path != all["goroutine"] {
		t.Errorf("the path is %s, that of the goroutines is %s", path, all["goroutine"])
	}
	for profile, file := range all {
		if !strings.Contains(file, "-call-it_is_slow-"+traceID) {
			t.Errorf("the name is %s", file)
		}
		data := read(t, file)
		if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", file, info.Mode())
		}
		if profile == "flight" {
			wantTrace(t, data)
			if !bytes.Contains(data, []byte(traceID)) {
				t.Error("the flight recorder's file does not hold the trace id")
			}
			continue
		}
		if parsed := parse(t, data); profile == "cpu" && !has(parsed, "pprofx.hash", "db.operation.name", "get") {
			t.Errorf("no workload in %v", parsed)
		}
	}
	if g.open.Load() != 0 || g.calls.Load() != 1 {
		t.Errorf("the gate was opened %d times, and is open %d times", g.calls.Load(), g.open.Load())
	}
	line := logged(t, lines)
	if len(line) != 1 || line[0]["message"] != "evidence captured" || line[0]["trace_id"] != traceID || len(line[0]["files"].([]any)) != 6 {
		t.Errorf("%v", line)
	}
	again, err := p.Capture(t.Context(), "still")
	if again != path || err != nil || len(files(t, dir)) != 6 {
		t.Errorf("within the cool-down: %s, %v", again, err)
	}
	if n := &p.counts.captures[reasonCall]; n[captureWritten].Load() != 1 || n[captureLinked].Load() != 1 || n[captureFailed].Load() != 0 {
		t.Errorf("%v", n)
	}
}

func TestCaptureEnds(t *testing.T) {
	p := start(t, WithDirectory(t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	path, err := p.Capture(ctx, "")
	if !errors.Is(err, context.DeadlineExceeded) || path == "" {
		t.Errorf("%q, %v; want what there is and the deadline", path, err)
	}
}

func TestWithoutDirectory(t *testing.T) {
	p := start(t)
	if _, err := p.Capture(t.Context(), ""); !errors.Is(err, ErrNoDirectory) {
		t.Error(err)
	}
	if _, err := p.Record(t.Context(), "heap", 0, ""); !errors.Is(err, ErrNoDirectory) {
		t.Error(err)
	}
	if _, err := p.StartCPU(t.Context(), ""); !errors.Is(err, ErrNoDirectory) {
		t.Error(err)
	}
	if id := p.OnSlow(t.Context(), "get", time.Second); id != "" {
		t.Error(id)
	}
	p.OnCheckChange(t.Context(), CheckChange{WasOK: true})
	if p.Addr() != nil {
		t.Error(p.Addr())
	}
}

func TestAfterClose(t *testing.T) {
	dir := t.TempDir()
	p := start(t, WithDirectory(dir))
	stop, err := p.StartCPU(t.Context(), "until close")
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	path, err := stop()
	if err != nil {
		t.Fatal(err)
	}
	parse(t, read(t, path))
	os.Remove(path)
	if _, err := p.StartCPU(t.Context(), ""); !errors.Is(err, ErrClosed) {
		t.Errorf("StartCPU: %v", err)
	}
	if path, err := p.Capture(t.Context(), ""); path != "" || !errors.Is(err, ErrClosed) {
		t.Errorf("Capture: %s, %v", path, err)
	}
	if _, err := p.Record(t.Context(), "heap", 0, ""); !errors.Is(err, ErrClosed) {
		t.Errorf("Record: %v", err)
	}
	if path := p.OnSlow(t.Context(), "get", time.Second); path != "" {
		t.Errorf("OnSlow: %s", path)
	}
	p.OnCheckChange(t.Context(), CheckChange{WasOK: true})
	p.OnCheckChange(t.Context(), CheckChange{WasOK: true, Liveness: true})
	if all := files(t, dir); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

// TestBurst: thousands of slow operations leave one snapshot, and all that began
// before its end name it.
func TestBurst(t *testing.T) {
	dir := t.TempDir()
	p := start(t, WithDirectory(dir))
	ids := make([]string, 4000)
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 500 {
				ids[w*500+i] = p.OnSlow(traced(t.Context()), "get", 5*time.Minute)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Fatalf("%q and %q", id, ids[0])
		}
	}
	eventually(t, "written", func() bool { _, err := os.Stat(ids[0]); return err == nil })
	p.Close()
	if got := files(t, dir); keys(got) != "[flight]" || got["flight"] != ids[0] {
		t.Errorf("%v, want %s", got, ids[0])
	}
	if !bytes.Contains(read(t, ids[0]), []byte(traceID)) || !strings.Contains(ids[0], "-slow-get-"+traceID+".w300000.") {
		t.Errorf("%s", ids[0])
	}
	if n := p.counts.captures[reasonSlow][captureLinked].Load(); n != 3999 {
		t.Errorf("%d are linked", n)
	}
}

// TestSlowAfterTheRecording: within the cool-down the file is named by what it
// shows, and not by an operation that began when its recording had ended.
func TestSlowAfterTheRecording(t *testing.T) {
	dir := t.TempDir()
	p := start(t, WithDirectory(dir))
	first := p.OnSlow(t.Context(), "put", time.Second)
	eventually(t, "ended", func() bool { return p.cooldowns[reasonSlow].last.Load().ended.Load() })
	if id := p.OnSlow(t.Context(), "get", 0); id != "" {
		t.Errorf("an operation that began later names %s", id)
	}
	if id := p.OnSlow(t.Context(), "get", time.Hour); id != first || id == "" {
		t.Errorf("an operation that began before the end names %q, want %s", id, first)
	}
	if all := files(t, dir); keys(all) != "[flight]" || all["flight"] != first {
		t.Errorf("%v, want %s", all, first)
	}
}

// TestCovers: a recording that has not ended will show what is slow now.
func TestCovers(t *testing.T) {
	end := time.Now()
	var e evidence
	if !e.covers(end.Add(time.Hour)) {
		t.Error("nothing of an operation that ends before the recording")
	}
	e.recorded.Store(&end)
	for start, want := range map[time.Duration]bool{-time.Minute: true, -1: true, 0: false, 1: false, 14 * time.Second: false} {
		if got := e.covers(end.Add(start)); got != want {
			t.Errorf("begun %v after the end: %t", start, got)
		}
	}
}

func TestCooldown(t *testing.T) {
	dir := t.TempDir()
	p := start(t, WithDirectory(dir), WithCooldown(time.Nanosecond))
	first := p.OnSlow(t.Context(), "get", time.Second)
	eventually(t, "written", func() bool { return p.counts.captures[reasonSlow][captureWritten].Load() == 1 })
	eventually(t, "ended", func() bool { return p.cooldowns[reasonSlow].last.Load().ended.Load() })
	if second := p.OnSlow(t.Context(), "get", time.Second); second == first {
		t.Errorf("after the cool-down: %s again", second)
	}
}

// TestNoSpace: what cannot be written is counted, logged once, and hurts no
// operation.
func TestNoSpace(t *testing.T) {
	log, lines := testutil.NewLog(t, zap.WarnLevel)
	dir := t.TempDir()
	p := start(t, WithDirectory(dir), WithLogger(log), WithDirectoryLimits(1, 1, 0))
	p.OnSlow(t.Context(), "get", time.Second)
	eventually(t, "counted", func() bool { return p.counts.captures[reasonSlow][captureFailed].Load() == 1 })
	if id := p.OnSlow(t.Context(), "get", time.Second); id != "" {
		t.Errorf("named: %s, which is lost", id)
	}
	if path, err := p.Record(t.Context(), "heap", 0, ""); path != "" || err == nil {
		t.Errorf("%q, %v", path, err)
	}
	if all := lines.Lines(t); len(all) != 1 || all[0]["message"] != "evidence not captured" || all[0]["profile"] != "flight" {
		t.Errorf("%v", all)
	}
	if n := p.counts.failed[profileIndex("heap")].Load(); n != 1 {
		t.Errorf("%d", n)
	}
}

// TestNotDeleted: where no mount makes a file undeletable.
func TestNotDeleted(t *testing.T) {
	log, lines := testutil.NewLog(t, zap.WarnLevel)
	p := start(t, WithLogger(log))
	for _, files := range []int{0, 3, 2} {
		p.notDeleted(traced(t.Context()), files, errors.New("it is busy"))
		if n := p.counts.undeletable.Load(); n != int64(files) {
			t.Errorf("%d are counted of %d", n, files)
		}
	}
	all := logged(t, lines)
	if len(all) != 1 || all[0]["message"] != "evidence not deleted" || all[0]["error"] != "3 of the files in the directory stay: it is busy" {
		t.Errorf("%v", all)
	}
}

func TestRecord(t *testing.T) {
	work(t)
	dir := t.TempDir()
	p := start(t, WithDirectory(dir), WithMaxDuration(time.Minute))
	for _, c := range []struct {
		profile string
		d       time.Duration
	}{{"cpu", 300 * time.Millisecond}, {"trace", 50 * time.Millisecond}, {"heap", 0}, {"mutex", 50 * time.Millisecond}, {"goroutine", 0}} {
		path, err := p.Record(traced(t.Context()), c.profile, c.d, "by hand")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(path, "-"+c.profile+"-call-by_hand-"+traceID) {
			t.Error(path)
		}
		if c.profile == "trace" {
			wantTrace(t, read(t, path))
		} else {
			parse(t, read(t, path))
		}
	}
	for profile, d := range map[string]time.Duration{"cpu": 0, "trace": 0, "heap": 2 * time.Minute, "mutex": -1, "nonsense": 0} {
		if path, err := p.Record(t.Context(), profile, d, ""); err == nil || path != "" {
			t.Errorf("%s for %v: %s", profile, d, path)
		}
	}
}

// TestRecordInVain: what would be over before it is recorded is refused at once.
func TestRecordInVain(t *testing.T) {
	p := start(t, WithDirectory(t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, profile := range []string{"cpu", "trace", "mutex"} {
		path, err := p.Record(ctx, profile, 2*time.Minute, "")
		if path != "" || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			t.Errorf("%s: %q, %v", profile, path, err)
		}
	}
}

func TestRecordBusy(t *testing.T) {
	p := start(t, WithDirectory(t.TempDir()))
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	if _, err := p.Record(t.Context(), "cpu", time.Second, ""); !errors.Is(err, ErrBusy) {
		t.Errorf("Record: %v", err)
	}
	if _, err := p.StartCPU(t.Context(), ""); !errors.Is(err, ErrBusy) {
		t.Errorf("StartCPU: %v", err)
	}
}

func TestStartCPU(t *testing.T) {
	work(t)
	p := start(t, WithDirectory(t.TempDir()))
	stop, err := p.StartCPU(t.Context(), "loading")
	if err != nil {
		t.Fatal(err)
	}
	<-time.After(500 * time.Millisecond)
	path, err := stop()
	if err != nil || !has(parse(t, read(t, path)), "pprofx.hash") {
		t.Errorf("%s, %v", path, err)
	}
	if again, err := stop(); again != path || err != nil {
		t.Errorf("again: %s, %v", again, err)
	}
}

func TestReadiness(t *testing.T) {
	dir := t.TempDir()
	report := []byte(`{"status":"fail"}`)
	p := start(t, WithDirectory(dir), WithHealthReport(func() []byte { return report }), optionFunc(quick))
	for _, harmless := range []CheckChange{{OK: true, WasOK: true}, {OK: true}, {}} {
		p.OnCheckChange(t.Context(), harmless)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p.OnCheckChange(ctx, CheckChange{Check: "database", WasOK: true})
	cancel() // the hook's context is none of ours
	p.OnCheckChange(t.Context(), CheckChange{Check: "disk", WasOK: true})
	eventually(t, "captured", func() bool { return p.counts.captures[reasonReadiness][captureWritten].Load() == 1 })
	all := files(t, dir)
	if want := "[cpu flight goroutine health heap mutex]"; keys(all) != want {
		t.Errorf("%s, want %s", keys(all), want)
	}
	if !bytes.Equal(read(t, all["health"]), report) || !strings.Contains(all["health"], "-readiness-database") {
		t.Errorf("%s", all["health"])
	}
}

// A program that ends while it captures keeps what was recorded by then.
func TestCloseWhileCapturing(t *testing.T) {
	dir := t.TempDir()
	p := start(t, WithDirectory(dir), optionFunc(func(c *config) { c.captureTime = budgetBurst }))
	p.OnCheckChange(t.Context(), CheckChange{Check: "database", WasOK: true})
	eventually(t, "recording", func() bool { return len(files(t, dir)) == 3 })
	<-time.After(300 * time.Millisecond)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	all := files(t, dir)
	if want := "[cpu flight goroutine heap mutex]"; keys(all) != want {
		t.Errorf("%s, want %s", keys(all), want)
	}
	parse(t, read(t, all["cpu"]))
}

func TestBudget(t *testing.T) {
	dir := t.TempDir()
	p := start(t, WithDirectory(dir), WithBudget(0), optionFunc(func(c *config) { c.captureTime = budgetBurst + 1 }))
	p.OnCheckChange(t.Context(), CheckChange{Check: "database", WasOK: true})
	eventually(t, "captured", func() bool { return p.counts.captures[reasonReadiness][captureWritten].Load() == 1 })
	if all := files(t, dir); keys(all) != "[flight goroutine heap]" {
		t.Errorf("beyond the budget: %s", keys(all))
	}
}

func TestLiveness(t *testing.T) {
	dir := t.TempDir()
	p := start(t, WithDirectory(dir))
	begin := time.Now()
	p.OnCheckChange(t.Context(), CheckChange{Check: "loop", Liveness: true, WasOK: true})
	if took := time.Since(begin); took >= lastWords {
		t.Errorf("it took %v", took)
	}
	all := files(t, dir) // written when OnCheckChange returns
	if want := "[flight goroutine goroutine.txt]"; keys(all) != want {
		t.Errorf("%s, want %s", keys(all), want)
	}
	if !bytes.Contains(read(t, all["goroutine.txt"]), []byte("TestLiveness")) {
		t.Error("the stacks lack the test")
	}
	p.OnCheckChange(t.Context(), CheckChange{Check: "loop", Liveness: true, WasOK: true})
	if len(files(t, dir)) != 3 {
		t.Error("twice within the cool-down")
	}
}

// TestSecondFlightRecorder: the first one of the process wins, and the rest
// works.
func TestSecondFlightRecorder(t *testing.T) {
	log, lines := testutil.NewLog(t, zap.WarnLevel)
	start(t, WithDirectory(t.TempDir()))
	p := start(t, WithDirectory(t.TempDir()), WithLogger(log), optionFunc(quick))
	if all := logged(t, lines); len(all) != 1 || all[0]["message"] != "flight recorder off" {
		t.Errorf("%v", all)
	}
	if id := p.OnSlow(t.Context(), "get", time.Second); id != "" {
		t.Error(id)
	}
	if _, err := p.Capture(t.Context(), ""); err != nil {
		t.Error(err)
	}
}
