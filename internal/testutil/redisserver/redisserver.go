// Package redisserver runs Redis for tests that need no client library for it.
package redisserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A Server is a Redis server that keeps nothing on a disk, or a sentinel.
type Server struct {
	*process.Process
	Address, Host string
	Port          int

	args   []string
	config string // of a sentinel: the path
}

// Start runs a server, with further arguments, until the end of the test at the latest, and
// returns once it answers.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{args: args}
	s.Address, s.Host, s.Port = process.FreePort(t)
	s.Restart(t)
	return s
}

// StartSentinel is Start for a sentinel that has these lines of configuration.
func StartSentinel(t testing.TB, lines ...string) *Server {
	t.Helper()
	s := &Server{config: filepath.Join(t.TempDir(), "sentinel.conf")}
	s.Address, s.Host, s.Port = process.FreePort(t)
	text := fmt.Sprintf("bind %s\nport %d\ndir %s\n%s\n", s.Host, s.Port, t.TempDir(), strings.Join(lines, "\n"))
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Restart(t)
	return s
}

// Restart runs it once more, empty and at its address, after it has ended.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	args := append([]string{"--bind", s.Host, "--port", strconv.Itoa(s.Port), "--save", "", "--dir", t.TempDir()}, s.args...)
	if s.config != "" {
		args = []string{s.config, "--sentinel"}
	}
	s.Process = process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), process.Installed(t, "redis-server"), args...))
	s.Eventually(t, "Redis", func() bool {
		reply, err := s.do("PING")
		return err == nil && (reply == "+PONG" || strings.HasPrefix(reply, "-NOAUTH"))
	})
}

// Do sends a command in one line, and returns the first line of the reply.
func (s *Server) Do(t testing.TB, command string) (reply string) {
	t.Helper()
	reply, err := s.do(command)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return reply
}

func (s *Server) do(command string) (reply string, err error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", s.Address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(process.Soon)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		return "", err
	}
	reply, err = bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("no reply: %w", err)
	}
	return strings.TrimSpace(reply), nil
}
