package alerts

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A program is one of the examples as a job of its own. It keeps its address when it is
// started again.
type program struct {
	name, job, address string
	base, env          []string // of its arguments and variables
	dir                string
	take               func(*exec.Cmd) // into a control group; nil for none
	process            *process.Process
	posts              sync.WaitGroup // of faults
	moments            atomic.Bool    // its callers do as their habit says for them
}

func newProgram(t *testing.T, tr *trial, dir, address string) *program {
	t.Helper()
	p := &program{name: tr.program(), job: tr.name, address: address, env: tr.env, dir: dir}
	switch p.name {
	case kvserver:
		p.base = []string{"-admin", address, "-listen", "127.0.0.1:0", "-drain", "0"}
	default:
		p.base = []string{"-listen", address, "-pprof", "", "-rate", "20", "-drain", "0"}
	}
	if tr.engine != "" {
		p.base = append(p.base, "-engine", tr.engine)
	}
	p.base = append(p.base, tr.args...)
	t.Cleanup(p.posts.Wait)
	return p
}

// start runs it. Its store is a new one, below its directory. One processor is enough for
// it, and leaves others to the rest.
func (p *program) start(t *testing.T, args ...string) {
	t.Helper()
	line := slices.Concat([]string{filepath.Join(buildDir, p.name)}, p.base, args)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), line[0], line[1:]...)
	if p.take != nil {
		p.take(cmd)
	}
	cmd.Env = append(append(os.Environ(), "TMPDIR="+p.dir, "GOMAXPROCS=1"), p.env...)
	p.process = process.Start(t, cmd)
}

// ready reports whether it serves.
func (p *program) ready() bool { return strings.Contains(p.process.Stderr.String(), "Stop with") }

var redisAddress = regexp.MustCompile(`for Redis clients at (\S+)`)

// redis is where kvserver serves its clients now, empty before it does.
func (p *program) redis() string {
	found := redisAddress.FindAllStringSubmatch(p.process.Stderr.String(), -1)
	if found == nil {
		return ""
	}
	return found[len(found)-1][1]
}

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
		if err := p.ask(kind); err != nil {
			select {
			case <-p.process.Ended: // it has been killed meanwhile
			default:
				t.Errorf("%s: %v", p.job, err)
			}
		}
	})
}

// ask does the same, and waits.
func (p *program) ask(kind string) error {
	_, err := call(http.MethodPost, "http://"+p.address+"/fault?kind="+kind)
	return err
}
