package recording

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A Kind is a program.
type Kind string

// The example programs, and one whose telemetry loses what theirs does not.
const (
	Quickstart Kind = "quickstart"
	KVServer   Kind = "kvserver"
	Lossy      Kind = "lossy"
)

// dir is where its source is.
func (k Kind) dir() string {
	if k == Lossy {
		return "./e2e/internal/lossy"
	}
	return "./examples/" + string(k)
}

// A Program is one that runs as a job of its own. It keeps its addresses when it is
// started again.
type Program struct {
	Job  string
	Kind Kind
	Rate float64 // operations a second that are asked of it

	// Take makes it run in a control group; nil for none.
	Take func(*exec.Cmd)

	process        *process.Process
	path           string
	admin, clients string // addresses
	dir            string
	load           *load // of a kvserver
	posts          sync.WaitGroup
}

// NewProgram returns a program that does not run yet. Its stores are below the directory.
func NewProgram(t testing.TB, kind Kind, job, dir string, rate float64) *Program {
	t.Helper()
	path, err := build(kind)
	if err != nil {
		t.Fatal(err)
	}
	p := &Program{Job: job, Kind: kind, Rate: rate, path: path, dir: dir, admin: process.FreeAddress(t)}
	if kind == KVServer {
		p.clients = process.FreeAddress(t)
	}
	t.Cleanup(p.posts.Wait)
	return p
}

// Address is where its metrics are.
func (p *Program) Address() string { return p.admin }

// Clients is where a kvserver takes commands.
func (p *Program) Clients() string { return p.clients }

// Start runs it with a new store until the end of the test, and does not wait until it
// serves. A kvserver gets its load then.
func (p *Program) Start(t testing.TB, env []string, args ...string) {
	t.Helper()
	all := []string{"-pprof", "", "-drain", "0", "-native"}
	if p.Kind == KVServer {
		all = append(all, "-admin", p.admin, "-listen", p.clients, "-sync=false")
	} else {
		all = append(all, "-listen", p.admin, "-rate", strconv.FormatFloat(p.Rate, 'f', -1, 64))
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), p.path, append(all, args...)...)
	cmd.Env = append(append(os.Environ(), "TMPDIR="+p.dir), env...)
	if p.Take != nil {
		p.Take(cmd)
	}
	p.process = process.Start(t, cmd)
	if p.Kind == KVServer && p.load == nil {
		p.load = startLoad(t, p.clients, p.Rate)
	}
}

// Ready reports whether it serves.
func (p *Program) Ready() bool { return strings.Contains(p.process.Stderr.String(), "Stop with") }

// Await waits until it serves.
func (p *Program) Await(t testing.TB) {
	t.Helper()
	p.process.Eventually(t, "the greeting of "+p.Job, p.Ready)
}

// Kill ends it at once, as a crash would.
func (p *Program) Kill() {
	_ = p.process.Cmd.Process.Kill()
	<-p.process.Ended //otelkv:waitok the process has been killed
}

// Drain asks it to end, as load balancers want it.
func (p *Program) Drain() { _ = p.process.Cmd.Process.Signal(syscall.SIGTERM) }

// Turn changes its fault to a kind, or to none. Nobody waits: the answer may come only
// when what the last one had begun has ended.
func (p *Program) Turn(t testing.TB, kind string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.admin+"/fault?kind="+kind, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	p.posts.Go(func() {
		defer cancel()
		res, err := http.DefaultClient.Do(request)
		if err != nil {
			select {
			case <-p.process.Ended: // it has been killed meanwhile
			default:
				t.Errorf("%s: the fault %s: %v", p.Job, kind, err)
			}
			return
		}
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: the fault %s: %s", p.Job, kind, res.Status)
		}
	})
}

// A Truth is what a load has counted, whatever the metrics say.
type Truth struct{ Operations, Errors int64 }

var totals = regexp.MustCompile(`stopped after (\d+) operations, (\d+) errors`)

// Calls are those that the load of a kvserver has made until now; nobody counts a
// quickstart's one by one.
func (p *Program) Calls() []Call {
	if p.load == nil {
		return nil
	}
	return p.load.all()
}

// PID is the id of its process.
func (p *Program) PID() int { return p.process.Cmd.Process.Pid }

// Stop ends it as people do, and returns what its load has counted since it was started
// the last time; that of a kvserver, ever.
func (p *Program) Stop(t testing.TB) Truth {
	t.Helper()
	if p.load != nil {
		truth := p.load.stop()
		p.process.Stop(t)
		return truth
	}
	p.process.Stop(t)
	found := totals.FindStringSubmatch(p.process.Stderr.String())
	if found == nil {
		t.Errorf("%s does not say what it has done: %s", p.Job, p.process.Stderr.Tail(500))
		return Truth{}
	}
	operations, _ := strconv.ParseInt(found[1], 10, 64)
	errors, _ := strconv.ParseInt(found[2], 10, 64)
	return Truth{operations, errors}
}

var (
	buildDir string
	builds   = map[Kind]func() (string, error){
		Quickstart: sync.OnceValues(func() (string, error) { return compile(Quickstart) }),
		KVServer:   sync.OnceValues(func() (string, error) { return compile(KVServer) }),
		Lossy:      sync.OnceValues(func() (string, error) { return compile(Lossy) }),
	}
)

var kinds = regexp.MustCompile(`use (\w+(?:, \w+)*) or (\w+)`)

// Faults are the kinds of faults that the example programs have, as one of them says.
func Faults(t testing.TB) []string {
	t.Helper()
	path, err := build(Quickstart)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := exec.CommandContext(t.Context(), path, "-fault", "which").CombinedOutput()
	found := kinds.FindStringSubmatch(string(out))
	if found == nil {
		t.Fatalf("it does not say which faults it has: %s", out)
	}
	return append(strings.Split(found[1], ", "), found[2])
}

// Main runs the tests of a package and removes what they have built. It returns the exit
// status.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "otelkv-proof-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	buildDir = dir
	defer func() { _ = os.RemoveAll(dir) }()
	return m.Run()
}

// Build builds programs, which takes a while the first time.
func Build(t testing.TB, kinds ...Kind) {
	t.Helper()
	for _, kind := range kinds {
		if _, err := build(kind); err != nil {
			t.Fatal(err)
		}
	}
}

// build returns the path of a program, which it builds once for all tests of a package.
func build(kind Kind) (string, error) { return builds[kind]() }

func compile(kind Kind) (string, error) {
	// The program is built as those who run it do, in the workspace.
	env := slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GOWORK=") })
	ctx := context.Background()
	list := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/otelkv/otelkv")
	here, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	path := filepath.Join(buildDir, string(kind)+".exe")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, kind.dir())
	cmd.Dir = strings.TrimSpace(string(here))
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}
