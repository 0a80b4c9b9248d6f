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

// Keep reports whether Start has started this process to keep a server, and returns then
// with the exit status when that is done. The process runs the server, and outlives a program
// that is killed: it ends the server when its input ends, and removes what the server has
// written.
func Keep() (status int, is bool) {
	dir := os.Getenv(dirVariable)
	if dir == "" {
		return 0, false
	}
	if err := keep(dir, os.Args[1:], os.Stdin); err != nil {
		fmt.Fprintf(os.Stderr, "prometheus: %v\n", err)
		status = 1
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintf(os.Stderr, "prometheus: %v\n", err)
		status = 1
	}
	return status, true
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
	ended := make(chan struct{})
	var result error // once it has ended
	go func() {
		defer close(ended)
		result = cmd.Wait()
	}()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = io.Copy(io.Discard, in)
	}()
	select {
	case <-ended:
		return endedError(result, lastLine(name))
	case <-gone:
	}
	if cmd.Process.Signal(syscall.SIGTERM) != nil { // as on Windows
		kill(cmd)
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
		kill(cmd)
		<-ended
	}
	return nil
}

// kill ends a server that may have ended by itself, which is the only error.
func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
}

// endedError says how a server has ended, which may be well.
func endedError(err error, last string) error {
	if err == nil {
		return fmt.Errorf("ended: %s", last)
	}
	return fmt.Errorf("ended with %w: %s", err, last)
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
