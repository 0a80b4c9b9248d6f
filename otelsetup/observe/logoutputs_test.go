package observe_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A logOutput is what the log of a program goes to.
type logOutput struct {
	io.Writer
	received func() string // what has come out in the end; nil: nothing can
}

// logOutputs are what can become of one. Those that work take all in the end.
var logOutputs = []struct {
	name  string
	works bool
	open  func(*testing.T) logOutput
}{
	{"blocked pipe", false, blockedPipe},
	{"blocked file", false, blockedFile},
	{"slow pipe", true, slowPipe},
	{"full disk", false, fullDisk},
	{"reader gone", false, readerGone},
	{"file removed", true, removedFile},
}

func newPipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// blockedPipe is one that nobody reads before the program has ended.
func blockedPipe(t *testing.T) logOutput {
	r, w := newPipe(t)
	return logOutput{w, func() string {
		_ = w.Close()
		got, err := io.ReadAll(r)
		if err != nil {
			t.Error(err)
		}
		return string(got)
	}}
}

type hangingWriter chan struct{}

func (h hangingWriter) Write([]byte) (int, error) {
	<-h
	return 0, errors.New("it was hopeless")
}

// blockedFile hangs as a file does whose server has gone.
func blockedFile(t *testing.T) logOutput {
	h := make(hangingWriter)
	t.Cleanup(func() { close(h) })
	return logOutput{Writer: h}
}

// slowPipe has a reader that takes its time.
func slowPipe(t *testing.T) logOutput {
	r, w := newPipe(t)
	got := make(chan string)
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		var all, some []byte = nil, make([]byte, 1<<10)
		for range tick.C {
			n, err := r.Read(some)
			if all = append(all, some[:n]...); err != nil {
				got <- string(all)
				return
			}
		}
	}()
	return logOutput{w, func() string {
		_ = w.Close()
		return <-got
	}}
}

func fullDisk(t *testing.T) logOutput {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return logOutput{Writer: f}
}

func readerGone(t *testing.T) logOutput {
	r, w := newPipe(t)
	_ = r.Close()
	return logOutput{Writer: w}
}

// removedFile is one that others find no more, as after a rotation.
func removedFile(t *testing.T) logOutput {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if err := os.Remove(f.Name()); err != nil {
		t.Skip(err)
	}
	return logOutput{f, func() string {
		got, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
		if err != nil {
			t.Error(err)
		}
		return string(got)
	}}
}
