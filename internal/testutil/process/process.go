// Package process runs programs and servers for tests: it starts them, waits for
// what they say, stops them at the end of the test, and shows what they said when
// the test has failed.
package process

import (
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Soon is when whatever must happen has happened, on a busy machine, too.
const Soon = time.Minute

// A Process is a program that a test runs.
type Process struct {
	Cmd    *exec.Cmd
	Stdout Buffer        // empty if the command has an output of its own
	Stderr Buffer        // likewise
	Ended  chan struct{} // closed when it has ended

	group bool
}

// Start starts a command, and stops it at the end of the test at the latest.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	return start(t, &Process{Cmd: cmd})
}

// StartGroup starts a command in a process group of its own, and kills the group at
// the end of the test: for a shell or a go command, which do not end what they have
// started. An interrupted test leaves it running, so Start is better where it does.
func StartGroup(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	setGroup(cmd)
	return start(t, &Process{Cmd: cmd, group: true})
}

func start(t testing.TB, p *Process) *Process {
	t.Helper()
	if why := noRoom(); why != "" {
		t.Fatal(why)
	}
	p.Ended = make(chan struct{})
	if p.Cmd.Stdout == nil {
		p.Cmd.Stdout = &p.Stdout
	}
	if p.Cmd.Stderr == nil {
		p.Cmd.Stderr = &p.Stderr
	}
	if err := p.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.Ended)
		_ = p.Cmd.Wait() // ProcessState has its outcome
	}()
	t.Cleanup(func() {
		if p.group {
			killGroup(p.Cmd)
			<-p.Ended
		} else {
			p.Stop(t)
		}
		if t.Failed() {
			t.Logf("%s wrote on standard error:\n%s\nand on standard output:\n%s", p.Cmd.Path, p.Stderr.Tail(4000), p.Stdout.Tail(4000))
		}
	})
	return p
}

// Stop asks the process to end with SIGTERM, kills it when it does not, and returns
// its exit status. Where there are no signals, it is killed.
func (p *Process) Stop(t testing.TB) (status int) {
	t.Helper()
	if p.Cmd.Process.Signal(syscall.SIGTERM) != nil {
		_ = p.Cmd.Process.Kill() // it has ended, or there are no signals
	}
	return p.Wait(t)
}

// Wait waits until the process ends, and returns its exit status: -1 if a signal
// ended it. One that does not end is killed, and fails the test.
func (p *Process) Wait(t testing.TB) (status int) {
	t.Helper()
	timeout := time.NewTimer(Soon)
	defer timeout.Stop()
	select {
	case <-p.Ended:
	case <-timeout.C:
		t.Errorf("%s does not end", p.Cmd.Path)
		_ = p.Cmd.Process.Kill()
		<-p.Ended //otelkv:waitok the process has been killed
	}
	return p.Cmd.ProcessState.ExitCode()
}

// Kill ends the process as a crash would.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	if err := p.Cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.Ended
}

// Eventually polls until ok returns true. A process that ends before fails the test.
func (p *Process) Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	Eventually(t, what, func() bool {
		select {
		case <-p.Ended:
			if !ok() { // it may have done it just before
				t.Fatalf("%s ended before %s", p.Cmd.Path, what)
			}
			return true
		default:
			return ok()
		}
	})
}

// Eventually polls until ok returns true.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	EventuallyEvery(t, 50*time.Millisecond, what, ok)
}

// EventuallyEvery is Eventually at a pace of its own, for what costs the machine something.
func EventuallyEvery(t testing.TB, pace time.Duration, what string, ok func() bool) {
	t.Helper()
	timeout := time.NewTimer(Soon)
	defer timeout.Stop()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for !ok() {
		select {
		case <-timeout.C:
			t.Fatalf("no sign of %s after %v", what, Soon)
		case <-tick.C:
		}
	}
}
