package linewriter

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// An end is one that a program gets as its standard output, and what somebody
// reads from it.
type end struct {
	reader io.ReadCloser
	out    *os.File
}

// newPipeEnd returns a pipe whose writing end blocks, as that of a standard
// output does.
func newPipeEnd(t *testing.T) end {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	w.Fd()
	return closed(t, end{r, w})
}

func closed(t *testing.T, e end) end {
	t.Cleanup(func() {
		e.reader.Close()
		e.out.Close()
	})
	return e
}

func newSocketEnd(t *testing.T) end {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return closed(t, end{os.NewFile(uintptr(fds[0]), "reader"), os.NewFile(uintptr(fds[1]), "out")})
}

func newTerminalEnd(t *testing.T) end {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Skip(err)
	}
	out, err := os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	out.Fd() // blocks, as a terminal does
	return closed(t, end{&terminalReader{master}, out})
}

// terminalReader takes out what a terminal adds to a newline.
type terminalReader struct{ *os.File }

func (r *terminalReader) Read(b []byte) (int, error) {
	n, err := r.File.Read(b)
	return copy(b, strings.ReplaceAll(string(b[:n]), "\r", "")), err
}

// ends are all of them, and what an old kernel makes of a pipe.
var ends = map[string]func(t *testing.T) (end, *Writer){
	"pipe": func(t *testing.T) (end, *Writer) { return written(t, newPipeEnd(t)) },
	"old kernel": func(t *testing.T) (end, *Writer) {
		e, w := written(t, newPipeEnd(t))
		w.out.(*pipe).able = false
		return e, w
	},
	"socket":   func(t *testing.T) (end, *Writer) { return written(t, newSocketEnd(t)) },
	"terminal": func(t *testing.T) (end, *Writer) { return written(t, newTerminalEnd(t)) },
}

func written(t *testing.T, e end) (end, *Writer) { return e, newTestWriter(t, e.out) }

func eachEnd(t *testing.T, test func(t *testing.T, e end, w *Writer)) {
	for name, open := range ends {
		t.Run(name, func(t *testing.T) {
			e, w := open(t)
			test(t, e, w)
		})
	}
}

// readLines reads whole lines until it has read one.
func readLines(t *testing.T, r *bufio.Reader, last string) (lines []string) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("%v after %d lines", err, len(lines))
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
		if lines[len(lines)-1] == last {
			return lines
		}
	}
}

// stall writes lines until nobody waits for the output any more.
func stall(t *testing.T, w *Writer) (lines int) {
	t.Helper()
	for !w.Stalled() {
		if err := w.line(fmt.Sprintf("%d %s", lines, strings.Repeat("x", 300))); err != nil {
			t.Fatal(err)
		}
		lines++
	}
	return lines
}

// What nobody reads costs nobody more than a moment, and comes in order when
// somebody does.
func TestNobodyReads(t *testing.T) {
	eachEnd(t, func(t *testing.T, e end, w *Writer) {
		n := stall(t, w)
		lost := 0
		for ; lost < 100; n++ {
			if err := w.line(fmt.Sprintf("%d %s", n, strings.Repeat("x", 3000))); err != nil {
				lost++
			}
		}
		r := w.Report()
		if r.Stalls != 1 || r.LostStalled != uint64(lost) || r.Waiting == 0 {
			t.Errorf("%+v", r)
		}
		lines := readLines(t, bufio.NewReader(e.reader), fmt.Sprint("lost ", lost))
		if want := n - lost + 1; len(lines) != want {
			t.Errorf("%d lines, want %d", len(lines), want)
		}
		for i, line := range lines[:len(lines)-1] {
			if !strings.HasPrefix(line, fmt.Sprintf("%d x", i)) || !strings.HasSuffix(line, "xx") {
				t.Fatalf("line %d is %.20q", i, line)
			}
		}
		if err := w.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		if err := w.line("again"); err != nil {
			t.Error(err)
		}
		readLines(t, bufio.NewReader(e.reader), "again")
	})
}

// One that reads loses nothing, and gets whole lines. On a machine so busy that a reader
// does not come to its turn, it is one that does not read; then there is another try.
func TestSomebodyReads(t *testing.T) {
	for name, open := range ends {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				if e, w := open(t); readAll(t, e, w) {
					return
				}
			}
			t.Error("lines are lost whenever somebody reads")
		})
	}
}

// readAll reads what several write, and reports false if it has come too late for some.
func readAll(t *testing.T, e end, w *Writer) bool {
	t.Helper()
	got := make(chan string)
	go func() {
		r, text := bufio.NewReader(e.reader), ""
		for !strings.HasSuffix(text, "end\n") {
			line, err := r.ReadString('\n')
			if err != nil {
				break
			}
			text += line
		}
		got <- strings.TrimSuffix(text, "end\n")
	}()
	const writers, lines = 4, 200
	refused := tryLines(t, w, writers, lines)
	for w.line("end") != nil {
		_ = w.Flush(t.Context())
	}
	text := <-got
	if refused > 0 {
		t.Logf("a reader that came late: %+v", w.Report())
		return false
	}
	checkLines(t, text, writers, lines)
	return true
}

// A line is in the kernel when the call returns.
func TestLineIsInTheKernel(t *testing.T) {
	eachEnd(t, func(t *testing.T, e end, w *Writer) {
		for i := range 100 {
			line := fmt.Sprint("line ", i)
			if err := w.line(line); err != nil {
				t.Error(err)
			}
			var got string
			for !strings.HasSuffix(got, "\n") { // a terminal is read in pieces
				b := make([]byte, 100)
				n, err := e.reader.Read(b)
				if err != nil {
					t.Fatal(err)
				}
				got += string(b[:n])
			}
			if got != line+"\n" {
				t.Fatalf("%q", got)
			}
			if !w.Stalled() {
				continue
			}
			if err := w.Flush(t.Context()); err != nil { // a busy machine
				t.Fatal(err)
			}
		}
	})
}

// The file stays as it is: others have it open too.
func TestModeOfTheFile(t *testing.T) {
	blocking := newPipeEnd(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	polled := closed(t, end{r, w})
	for _, e := range []end{blocking, polled} {
		raw, err := e.out.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		mode := func() (mode int) {
			_ = raw.Control(func(fd uintptr) { mode, err = unix.FcntlInt(fd, unix.F_GETFL, 0) })
			if err != nil {
				t.Fatal(err)
			}
			return mode
		}
		before := mode()
		w := newTestWriter(t, e.out)
		stall(t, w)
		if err := w.Close(t.Context()); !errors.Is(err, errStalled) {
			t.Error(err)
		}
		if after := mode(); after != before {
			t.Errorf("mode %#x, was %#x", after, before)
		}
	}
	if err := polled.out.SetWriteDeadline(time.Now()); err != nil {
		t.Errorf("the pipe cannot be polled any more: %v", err)
	}
}

// Others that fill the pipe between two looks at it make nobody wait.
func TestOthersWriteToThePipe(t *testing.T) {
	e := newPipeEnd(t)
	other, err := unix.Dup(int(e.out.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer unix.Close(other)
		line := []byte("other " + strings.Repeat("y", 100) + "\n")
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = unix.Write(other, line)
			}
		}
	})
	w := newTestWriter(t, e.out)
	next := make(chan struct{})
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		r := bufio.NewReader(e.reader)
		for {
			select {
			case <-next:
			case <-stop:
				next = nil // read all that is left
			}
			for range 20 {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if !strings.HasPrefix(line, "other") {
					lines <- line
				}
			}
		}
	}()
	const ours = 500
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range ours {
			if err := w.line(fmt.Sprint("ours ", i)); err != nil {
				t.Error(err)
			}
		}
	}()
	read := 0
	check := func(line string) {
		if want := fmt.Sprintf("ours %d\n", read); line != want {
			t.Errorf("%q, want %q", line, want)
		}
		read++
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for read < ours {
		select {
		case next <- struct{}{}: // the pipe is full nearly always
			<-tick.C
		case line := <-lines:
			check(line)
		}
	}
	<-done
	close(stop)
	go io.Copy(io.Discard, e.reader)
	all.Wait()
	e.out.Close()
	for range lines {
	}
}

// The reader that has gone is an error as of a file, for good.
func TestReaderHasGone(t *testing.T) {
	for name, open := range ends {
		if name == "terminal" {
			continue // EIO
		}
		t.Run(name, func(t *testing.T) {
			e, w := open(t)
			_ = w.line("read")
			e.reader.Close()
			if err := w.line("x"); !errors.Is(err, syscall.EPIPE) {
				t.Error(err)
			}
			if err := w.Close(t.Context()); !errors.Is(err, syscall.EPIPE) || !strings.Contains(err.Error(), "1 log lines are lost") {
				t.Error(err)
			}
		})
	}
}

// What is no pipe any more, after a dup2, is written to all the same.
func TestPipeBecomesFile(t *testing.T) {
	e, w := written(t, newPipeEnd(t))
	_ = w.line("to the pipe")
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Dup2(int(f.Fd()), int(e.out.Fd())); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := w.line("to the file"); err != nil {
			t.Error(err)
		}
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(f.Name()); err != nil || string(got) != strings.Repeat("to the file\n", 10) {
		t.Errorf("%q, %v", got, err)
	}
}

// A line into a pipe costs no allocation.
func TestAllocations(t *testing.T) {
	e, w := written(t, newPipeEnd(t))
	go io.Copy(io.Discard, e.reader)
	head, tail := []byte("head "), []byte("tail\n")
	if n := testing.AllocsPerRun(1000, func() { _ = w.WriteLine(head, tail) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Nothing is left running by a writer that is closed while nobody reads.
func TestCloseWhileNobodyReads(t *testing.T) {
	eachEnd(t, func(t *testing.T, _ end, w *Writer) {
		stall(t, w)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		waiting := w.Report().Waiting
		if err := w.Close(ctx); err == nil || !strings.HasPrefix(err.Error(), fmt.Sprint(waiting, " log lines are lost")) {
			t.Errorf("%d lines waited: %v", waiting, err)
		}
	})
}

func BenchmarkLine(b *testing.B) {
	head, tail := []byte(strings.Repeat("x", 100)), []byte(strings.Repeat("x", 229)+"\n")
	into := func(b *testing.B, out io.Writer, able bool) {
		w := New(out, Options{})
		if p, ok := w.out.(*pipe); ok {
			p.able = able
		}
		b.ReportAllocs()
		for b.Loop() {
			_ = w.WriteLine(head, tail)
		}
		_ = w.Close(b.Context())
	}
	piped := func(able bool) func(b *testing.B) {
		return func(b *testing.B) {
			r, out, err := os.Pipe()
			if err != nil {
				b.Fatal(err)
			}
			out.Fd()
			go io.Copy(io.Discard, r)
			defer out.Close()
			into(b, out, able)
		}
	}
	b.Run("pipe", piped(true))
	b.Run("old kernel", piped(false))
	b.Run("discard", func(b *testing.B) { into(b, io.Discard, false) })
	b.Run("write", func(b *testing.B) {
		r, out, err := os.Pipe()
		if err != nil {
			b.Fatal(err)
		}
		out.Fd()
		go io.Copy(io.Discard, r)
		line := slices.Concat(head, tail)
		var mu sync.Mutex
		for b.Loop() {
			mu.Lock()
			_, _ = out.Write(line)
			mu.Unlock()
		}
		out.Close()
	})
}
