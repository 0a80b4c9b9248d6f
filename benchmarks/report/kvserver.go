package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const kvserverPackage = "github.com/otelkv/otelkv/examples/kvserver"

// buildKVServer builds the example program of that name into a directory and
// returns its path.
func buildKVServer(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "kvserver")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, kvserverPackage).CombinedOutput()
	if err != nil {
		why, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		if why == "" {
			why = err.Error()
		}
		return "", &leftOutError{"kvserver does not build, which takes Go and the repository's workspace: " + why}
	}
	return path, nil
}

const (
	startTime = 30 * time.Second // to open its store and listen
	stopTime  = 15 * time.Second // to drain; then it is killed
	loadTime  = time.Minute      // for one run of redis-benchmark
)

// A kvserver is that program in a process of its own, on free ports, with a
// Pebble store in a directory of its own.
type kvserver struct {
	host, port string
	cmd        *exec.Cmd
	alive      context.Context // done when the server ends or has to
	end        context.CancelFunc
	exited     chan struct{}
	said       *greeting
}

// startKVServer returns when the server serves. It runs until stop or until
// ctx is done.
func startKVServer(ctx context.Context, path, dir string, flags ...string) (*kvserver, error) {
	s := &kvserver{exited: make(chan struct{}), said: &greeting{complete: make(chan struct{})}}
	s.alive, s.end = context.WithCancel(ctx)
	s.cmd = exec.CommandContext(s.alive, path, append([]string{"-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0",
		"-engine", "pebble", "-dir", dir, "-drain", "0"}, flags...)...)
	s.cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OTEL_") })
	s.cmd.Stderr = s.said
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(os.Interrupt) }
	s.cmd.WaitDelay = stopTime
	if err := s.cmd.Start(); err != nil {
		s.end()
		return nil, err
	}
	go func() {
		defer close(s.exited)
		defer s.end()
		_ = s.cmd.Wait() // what went wrong is in what it said
	}()
	if err := s.serving(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// serving waits until the server has said where it serves.
func (s *kvserver) serving() (err error) {
	select {
	case <-s.said.complete:
		s.host, s.port, err = net.SplitHostPort(s.said.address())
		return err
	case <-s.exited:
		return fmt.Errorf("kvserver ended: %s", s.said)
	case <-time.After(startTime):
		return fmt.Errorf("kvserver did not say within %v where it serves: %s", startTime, s.said)
	}
}

// cpu returns the CPU time of the server so far.
func (s *kvserver) cpu() (time.Duration, error) { return cpuTime(s.cmd.Process.Pid) }

// stop returns when the server has ended.
func (s *kvserver) stop() {
	s.end()
	<-s.exited
}

// load sends requests with redis-benchmark, 50 clients with pipelines of 16.
// Without a server redis-benchmark would try to connect for ever.
func (s *kvserver) load(test string, requests int) error {
	ctx, cancel := context.WithTimeout(s.alive, loadTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, redisBenchmark, "-h", s.host, "-p", s.port,
		"-t", test, "-n", fmt.Sprint(requests), "-c", "50", "-P", "16", "-q").CombinedOutput()
	switch {
	case s.alive.Err() != nil:
		return fmt.Errorf("kvserver ended under %s: %s", redisBenchmark, s.said)
	case err != nil:
		return fmt.Errorf("%s -t %s: %w: %s", redisBenchmark, test, err, bytes.TrimSpace(out))
	}
	return nil
}

const redisBenchmark = "redis-benchmark"

// haveRedisBenchmark returns a leftOutError where it is not installed.
func haveRedisBenchmark() error {
	if _, err := exec.LookPath(redisBenchmark); err != nil {
		return &leftOutError{redisBenchmark + " is not installed"}
	}
	return nil
}

// A greeting keeps the beginning of what a server says, which tells where it
// serves.
type greeting struct {
	complete chan struct{} // closed when it has told

	mu   sync.Mutex
	text []byte
	at   string
}

var servesAt = regexp.MustCompile(`Redis clients at (\S+)\n`)

const maxGreeting = 4 << 10

// Write implements io.Writer.
func (g *greeting) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.text = append(g.text, p[:min(len(p), maxGreeting-len(g.text))]...)
	if m := servesAt.FindSubmatch(g.text); m != nil && g.at == "" {
		g.at = string(m[1])
		close(g.complete)
	}
	return len(p), nil
}

func (g *greeting) address() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at
}

func (g *greeting) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return string(bytes.TrimSpace(g.text))
}
