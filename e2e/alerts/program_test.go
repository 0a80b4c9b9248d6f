//go:build arrival

package alerts

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A program is quickstart as a job of its own. It keeps its address when it is started
// again.
type program struct {
	job, address string
	process      *process.Process
	path, dir    string
	posts        sync.WaitGroup // of faults
}

func newProgram(t *testing.T, job, dir string) *program {
	t.Helper()
	path, err := quickstart()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{job: job, address: process.FreeAddress(t), path: path, dir: dir}
	t.Cleanup(p.posts.Wait)
	return p
}

// start runs it. Its store is a new one, below its directory.
func (p *program) start(t *testing.T, env []string, args ...string) {
	t.Helper()
	all := append([]string{"-listen", p.address, "-pprof", "", "-rate", "100", "-drain", "0"}, args...)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), p.path, all...)
	cmd.Env = append(append(os.Environ(), "TMPDIR="+p.dir), env...)
	p.process = process.Start(t, cmd)
}

// ready reports whether it serves.
func (p *program) ready() bool { return strings.Contains(p.process.Stderr.String(), "Stop with") }

// stop ends it at once, as a crash would: an engine that has failed, or an operation that
// hangs, must not hold the test up.
func (p *program) stop() {
	_ = p.process.Cmd.Process.Kill()
	<-p.process.Ended //otelkv:waitok the process has been killed
}

// drain asks it to end, as load balancers want it.
func (p *program) drain() { _ = p.process.Cmd.Process.Signal(syscall.SIGTERM) }

// turn changes its fault. Nobody waits: the answer may come only when what the last one
// had begun has ended.
func (p *program) turn(t *testing.T, kind string) {
	t.Helper()
	p.posts.Go(func() {
		if _, err := call(t, http.MethodPost, "http://"+p.address+"/fault?kind="+kind); err != nil {
			t.Errorf("%s: %v", p.job, err)
		}
	})
}
