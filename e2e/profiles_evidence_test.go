package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A slowLine is what quickstart writes of a slow operation, or of evidence.
type slowLine struct {
	operationLine
	Evidence string
	Reason   string
	Files    []string
}

// slowLines returns the lines with a message so far.
func slowLines(t *testing.T, p *process.Process, message string) (lines []slowLine) {
	t.Helper()
	text := p.Stdout.String()
	for line := range strings.Lines(text[:strings.LastIndexByte(text, '\n')+1]) {
		var l slowLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if l.Message == message {
			lines = append(lines, l)
		}
	}
	return lines
}

// captured returns what slow operations have left so far. A busy machine may
// leave something of its own.
func captured(t *testing.T, p *process.Process) []slowLine {
	t.Helper()
	return slices.DeleteFunc(slowLines(t, p, "evidence captured"), func(l slowLine) bool { return l.Reason != "slow" })
}

// startProfiled runs quickstart with profiles, and evidence in a directory.
func startProfiled(t *testing.T, args []string, env ...string) (p *process.Process, address, profiles string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store")
	p, address = runQuickstart(t, append([]string{"-pprof", "127.0.0.1:0", "-dir", dir, "-drain", "0"}, args...), env...)
	return p, address, filepath.Join(dir, "profiles")
}

// profilesURL is where a program serves its profiles.
func profilesURL(p *process.Process) string {
	return regexp.MustCompile(`http://\S+/debug/pprof/`).FindString(p.Stderr.String())
}

// opened is what go tool trace reads in an execution trace.
func opened(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "tool", "trace", "-d=parsed", path).Output()
	if err != nil {
		t.Fatalf("go tool trace: %v: %.500s", err, out)
	}
	return string(out)
}

// TestExemplarToEvidence follows a slow operation by its trace id alone: from
// the exemplar in Prometheus to its span, to its line, and to the execution
// trace of the seconds before it.
//
// The evidence is that of the first slow operation, and a bucket has the exemplar
// of the last one before a scrape. Slow operations come once in ten seconds, and a
// scrape has half a second. In one of twenty runs that is another one all the same, so
// there are further attempts.
func TestExemplarToEvidence(t *testing.T) {
	t.Parallel()
	process.Installed(t, "prometheus")
	for range 3 {
		if followExemplar(t) {
			return
		}
	}
	t.Error("no exemplar of an operation that left evidence")
}

func followExemplar(t *testing.T) bool {
	t.Helper()
	traces := newReceiver(t)
	target := process.FreeAddress(t)
	prom := runPrometheus(t, target, 500*time.Millisecond)
	p, _, dir := startProfiled(t, []string{"-listen", target, "-fault", "slow", "-rate", "2"},
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="+traces.url+"/v1/traces", "OTEL_BSP_SCHEDULE_DELAY=100", "OTEL_TRACES_SAMPLER=always_on")
	p.Eventually(t, "evidence", func() bool { return len(captured(t, p)) == 1 })

	var exemplar exemplar
	var evidence string
	for range 200 {
		for _, e := range prom.exemplars(t, "db_client_operation_duration_seconds_bucket") {
			s := traces.span(e.Labels.TraceID, e.Labels.SpanID)
			if s == nil {
				continue
			}
			if id := attribute(s, "kvdb.evidence.id"); strings.Contains(id, e.Labels.TraceID) {
				exemplar, evidence = e, id
			}
		}
		if evidence != "" {
			break
		}
		<-time.After(100 * time.Millisecond)
	}
	if evidence == "" {
		p.Stop(t)
		return false
	}

	var line slowLine
	for _, l := range slowLines(t, p, "operation slow") {
		if l.TraceID == exemplar.Labels.TraceID && l.SpanID == exemplar.Labels.SpanID {
			line = l
		}
	}
	if line.Evidence != evidence {
		t.Errorf("the evidence is %q in the span, %q in the line %+v", evidence, line.Evidence, line)
	}
	file := captured(t, p)[0]
	if file.TraceID != exemplar.Labels.TraceID || len(file.Files) != 1 || file.Files[0] != evidence {
		t.Errorf("what was captured is %+v, want %s", file, evidence)
	}
	if filepath.Dir(evidence) != dir {
		t.Errorf("the evidence is %s, not in %s", evidence, dir)
	}
	p.Stop(t) // and the file stays
	if want := `Category="trace_id" Message="` + exemplar.Labels.TraceID + `"`; !strings.Contains(opened(t, evidence), want) {
		t.Errorf("go tool trace shows no %s in %s", want, evidence)
	}
	return true
}

// metric returns the sum of the series of quickstart's page whose line begins as
// given, and contains the labels.
func metric(t *testing.T, target, name string, labels ...string) (sum float64) {
	t.Helper()
	page, err := fetch(t, "http://"+target+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
lines:
	for line := range bytes.Lines(page) {
		series, value, _ := strings.Cut(strings.TrimSpace(string(line)), "} ")
		if !strings.HasPrefix(series, name+"{") {
			continue
		}
		for _, label := range labels {
			if !strings.Contains(series, label) {
				continue lines
			}
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		sum += v
	}
	return sum
}

// TestEvidenceOfABurst: thousands of slow operations leave one snapshot, which
// those name that began before its end.
func TestEvidenceOfABurst(t *testing.T) {
	p, target, dir := startProfiled(t, []string{"-fault", "slow", "-rate", "20000"})
	p.Eventually(t, "thousands of slow operations", func() bool {
		return metric(t, target, "pprofx_captures_total", `reason="slow"`, `outcome="linked"`) > 2000
	})
	p.Stop(t)
	files, err := filepath.Glob(filepath.Join(dir, "*-slow-*")) // a busy machine may be a reason of its own
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	named := 0
	for _, line := range slowLines(t, p, "operation slow") {
		switch line.Evidence {
		case files[0]:
			named++
		case "": // it began later
		default:
			t.Fatalf("%+v, want %s", line, files[0])
		}
	}
	if named == 0 {
		t.Errorf("no line names %s", files[0])
	}
}

// breakDirectory puts a file in the place of a directory as soon as there is
// one, while the shop is being stocked: on a busy disk, the first operation may be
// slow. Permissions would not keep root out.
func breakDirectory(t *testing.T, dir string) error {
	for {
		select {
		case <-t.Context().Done():
			return t.Context().Err()
		case <-time.After(50 * time.Millisecond):
		}
		if err := os.Rename(dir, dir+".gone"); err == nil {
			return os.WriteFile(dir, nil, 0o400)
		}
	}
}

// TestEvidenceCannotBeWritten: that is counted, and told once; operations do not
// notice.
func TestEvidenceCannotBeWritten(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store")
	broken := make(chan error, 1)
	go func() { broken <- breakDirectory(t, filepath.Join(store, "profiles")) }()
	p, target, _ := startProfiled(t, []string{"-dir", store, "-rate", "1000"})
	if err := <-broken; err != nil {
		t.Fatal(err)
	}
	setFault(t, target, "slow")
	p.Eventually(t, "a capture that fails", func() bool {
		return metric(t, target, "pprofx_captures_total", `reason="slow"`, `outcome="failed"`) == 1
	})
	if n := metric(t, target, "pprofx_files_total", `profile="flight"`, `outcome="failed"`); n != 1 {
		t.Errorf("%v files failed", n)
	}
	setFault(t, target, "none")
	before := metric(t, target, "kvdb_requests_total", `outcome="ok"`)
	p.Eventually(t, "further operations", func() bool {
		return metric(t, target, "kvdb_requests_total", `outcome="ok"`) > before+1000
	})
	if n := metric(t, target, "kvdb_errors_total"); n != 0 {
		t.Errorf("%v operations failed", n)
	}
	if lines := slowLines(t, p, "evidence not captured"); len(lines) != 1 {
		t.Errorf("told %d times", len(lines))
	}
	lines := slowLines(t, p, "operation slow")
	if last := lines[len(lines)-1]; last.Evidence != "" {
		t.Errorf("an operation names evidence that there is not: %+v", last)
	}
}
