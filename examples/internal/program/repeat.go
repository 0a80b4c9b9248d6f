package program

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// repeat starts the program as a process of its own until one does not ask for another, and
// returns the exit status of that.
func (l *Life) repeat(ctx context.Context, name string, args []string, limit time.Duration) (status int) {
	status, err := l.processes(ctx, args, limit)
	if err != nil {
		Warn(os.Stderr, name, err)
		return 1
	}
	return status
}

func (l *Life) processes(ctx context.Context, args []string, limit time.Duration) (status int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	note, err := newNote()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.Remove(note)) }()
	l.mu.Lock()
	kept, next := slices.Concat(args, l.kept), l.next
	l.mu.Unlock()
	for ctx.Err() == nil {
		cmd := exec.CommandContext(ctx, self, slices.Concat(kept, next)...) //nolint:gosec // itself
		cmd.Env = append(os.Environ(), noteVariable+"="+note)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		stdin, err := cmd.StdinPipe()
		if err != nil {
			return 0, err
		}
		cmd.Cancel = func() error {
			_, err := io.WriteString(stdin, "end\n")
			return err
		}
		cmd.WaitDelay = limit
		if err := cmd.Start(); err != nil {
			if ctx.Err() != nil {
				break
			}
			return 0, err
		}
		_ = cmd.Wait() // the status says more
		if status := cmd.ProcessState.ExitCode(); status != anew {
			return max(status, -status), nil // 1 for one that was killed
		}
		if next, err = readNote(note); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// untilParent returns a context that is done when the process that started this one asks for
// it through in, a pipe. If that process is gone, this one ends at once, as that did.
func untilParent(ctx context.Context, in io.Reader, exit func(status int)) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		buf := make([]byte, 16)
		for {
			if _, err := in.Read(buf); err != nil {
				exit(1)
				return
			}
			cancel()
		}
	}()
	return ctx
}

// A note is a file in which a process says with which flags the next one is to start.
func newNote() (name string, err error) {
	f, err := os.CreateTemp("", "otelkv-next-")
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

func writeNote(name string, flags []string) error {
	text, err := json.Marshal(flags)
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}

func readNote(name string) (flags []string, err error) {
	text, err := os.ReadFile(name) //nolint:gosec // its own
	if err != nil {
		return nil, err
	}
	return flags, json.Unmarshal(text, &flags)
}
