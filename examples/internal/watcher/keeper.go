package watcher

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// dirVariable is set for a keeper, to the directory of its server.
const dirVariable = "OTELKV_EXAMPLE_WATCH"

// grace is how long a server may take to end.
const grace = 3 * time.Second

// Keep does not return in a process that Start has started for this. That process runs the
// server, and outlives a program that is killed: it ends the server when its input ends, and
// removes what the server has written.
func Keep() {
	dir := os.Getenv(dirVariable)
	if dir == "" {
		return
	}
	status := 0
	if err := keep(dir, os.Args[1:], os.Stdin); err != nil {
		fmt.Fprintf(os.Stderr, "prometheus: %v\n", err)
		status = 1
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintf(os.Stderr, "prometheus: %v\n", err)
		status = 1
	}
	os.Exit(status)
}

// keep runs the server until in ends. The error says why it has ended before.
func keep(dir string, line []string, in io.Reader) error {
	// Ctrl-C is for the program, which may take a while to end and wants to be seen then.
	// A signal that were ignored would be so in the server, too.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	name := filepath.Join(dir, "prometheus.log")
	log, err := os.Create(name) //nolint:gosec // its own
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(line[0], line[1:]...) //nolint:gosec,noctx // what the path has; it is ended below
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, in)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("ended with %v: %s", err, lastLine(name))
	case <-gone:
	}
	if cmd.Process.Signal(syscall.SIGTERM) != nil { // as on Windows
		_ = cmd.Process.Kill()
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
		_ = cmd.Process.Kill()
		<-ended
	}
	return nil
}

// lastLine returns the last line of a file that is not empty.
func lastLine(name string) string {
	text, err := os.ReadFile(name) //nolint:gosec // its own
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}
