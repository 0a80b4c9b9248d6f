package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const redisClientPackage = "github.com/otelkv/otelkv/benchmarks/redisclient"

// buildRedisClient builds that program, and returns its path.
func buildRedisClient(ctx context.Context, path string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, redisClientPackage).CombinedOutput()
	if err != nil {
		why, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return "", &leftOutError{"redisclient does not build, which takes Go and the repository's workspace: " + why}
	}
	return path, nil
}

// A program runs until stop, or until the context of the report is done.
type program struct {
	cmd  *exec.Cmd
	end  context.CancelFunc
	said bytes.Buffer
}

func (p *program) start(ctx context.Context, path string, args ...string) {
	ctx, p.end = context.WithCancel(ctx)
	p.cmd = exec.CommandContext(ctx, path, args...)
	p.cmd.WaitDelay = stopTime
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(os.Interrupt) }
	p.cmd.Stderr = &p.said
}

// stop returns when it has ended, which it may have with a signal.
func (p *program) stop() {
	p.end()
	_ = p.cmd.Wait()
}

// A redisServer is one with a directory of its own, on a free port.
type redisServer struct {
	program
	address string
}

func startRedis(ctx context.Context, dir string) (*redisServer, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, &leftOutError{"redis-server is not installed"}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &redisServer{address: free.Addr().String()}
	host, port, err := net.SplitHostPort(s.address)
	if err = errors.Join(err, free.Close()); err != nil {
		return nil, err
	}
	s.start(ctx, path, "--bind", host, "--port", port, "--save", "", "--loglevel", "warning", "--dir", filepath.Clean(dir))
	if err := s.cmd.Start(); err != nil {
		s.end()
		return nil, err
	}
	for deadline := time.Now().Add(startTime); ; {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", s.address)
		if err == nil {
			return s, conn.Close()
		}
		select {
		case <-ctx.Done():
			s.stop()
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.stop()
			return nil, fmt.Errorf("redis-server: %w: %s", err, &s.said)
		}
	}
}

// A redisClient is one kind of client in a process of its own.
type redisClient struct {
	program
	kind string
	in   io.WriteCloser
	out  *bufio.Reader
}

func startRedisClient(ctx context.Context, path, kind, address string) (*redisClient, error) {
	c := &redisClient{kind: kind}
	c.start(ctx, path, "-kind", kind, "-address", address)
	in, err := c.cmd.StdinPipe()
	out, outErr := c.cmd.StdoutPipe()
	if err = errors.Join(err, outErr); err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		c.end()
		return nil, err
	}
	c.in, c.out = in, bufio.NewReader(out)
	return c, nil
}

// A redisRun is what one get costs, in the mean of a run.
type redisRun struct{ cpu, allocations, bytes float64 }

func (c *redisClient) gets(n int) (redisRun, error) {
	before, err := cpuTime(c.cmd.Process.Pid)
	if err != nil {
		return redisRun{}, err
	}
	_, err = fmt.Fprintln(c.in, n)
	var allocations, bytes float64
	if err == nil {
		_, err = fmt.Fscanln(c.out, &allocations, &bytes)
	}
	if err != nil {
		return redisRun{}, fmt.Errorf("the client of kind %s: %w", c.kind, err)
	}
	after, err := cpuTime(c.cmd.Process.Pid)
	return redisRun{float64(after-before) / float64(n), allocations / float64(n), bytes / float64(n)}, err
}
