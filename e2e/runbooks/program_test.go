package runbooks

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// An instance is a program with a fault, and what its runbooks want to know of it.
type instance struct {
	*process.Process
	trial        *trial
	admin, pprof string // URLs
	log, dir     string
}

var (
	adminURL = regexp.MustCompile(`(http://\S+)/readyz`)
	pprofURL = regexp.MustCompile(`(http://\S+)/debug/pprof/`)
	clients  = regexp.MustCompile(`clients at (\S+:\d+)`)
)

// start runs the program of a trial until the end of the test, and makes it a target.
func (tr *trial) start(t *testing.T, s *server) *instance {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	if tr.before != nil {
		tr.before(t, tr)
	}
	dir := t.TempDir()
	p := &instance{trial: tr, log: cmp.Or(tr.log, filepath.Join(dir, "log")), dir: filepath.Join(dir, "store")}
	args := []string{"-pprof", "127.0.0.1:0", "-drain", "0", "-listen", "127.0.0.1:0"}
	if tr.primary == nil {
		args = append(args, "-dir", p.dir)
	}
	if tr.program == "kvserver" {
		args = append(args, "-admin", "127.0.0.1:0", "-sync=false")
	} else {
		args = append(args, "-rate", "60")
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(bin, tr.program+".exe"), append(args, tr.args...)...)
	cmd.Env = append(os.Environ(), tr.env...)
	cmd.Stdout = log
	if tr.memory > 0 {
		machines.MemoryGroup(t, tr.memory, cmd)
	}
	p.Process = process.Start(t, cmd)
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // first: what hangs would not end when it is asked
	p.Eventually(t, "the greeting", func() bool { return strings.Contains(p.Stderr.String(), "Stop with") })
	said := p.Stderr.String()
	p.admin, p.pprof = adminURL.FindStringSubmatch(said)[1], pprofURL.FindStringSubmatch(said)[1]
	s.add(t, tr.name, p.address())
	if tr.program == "kvserver" {
		p.load(t, clients.FindStringSubmatch(said)[1])
	}
	return p
}

// address is that of the program's metrics, by which Prometheus calls the instance.
func (p *instance) address() string { return strings.TrimPrefix(p.admin, "http://") }

// crash ends the program at once.
func (p *instance) crash() {
	_ = p.Cmd.Process.Kill()
	<-p.Ended //otelkv:waitok the process has been killed
}

// turn switches a fault on.
func (p *instance) turn(t *testing.T, kind string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.admin+"/fault?kind="+kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", kind, res.Status, body)
	}
}
