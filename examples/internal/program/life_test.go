package program

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// livesVariable makes the test a program: what its processes do, one after the other.
const livesVariable = "OTELKV_TEST_LIVES"

func lives(does []string) (status int) {
	args := os.Args[1:]
	n := 0
	if args[len(args)-2] == "-n" {
		n, _ = strconv.Atoi(args[len(args)-1])
	}
	return Live(UntilSignal(), "shop", args, time.Second, func(ctx context.Context, l *Life) int {
		if l.First() {
			l.Keep("-listen", "here:1")
		}
		defer func() {
			_ = l.Last(func() error {
				fmt.Printf("removed by %d\n", n)
				return nil
			})
		}()
		fmt.Printf("process %d is %d: %q\n", n, os.Getpid(), args)
		switch does[n] {
		case "again":
			l.Again("-n", "0")
			l.Again("-n", strconv.Itoa(n+1)) // the last call decides
			<-ctx.Done()
			return 0
		case "serve":
			<-ctx.Done()
			fmt.Println("drained")
			return 0
		case "fail":
			return 3
		case "die":
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
		}
		<-make(chan int) // hang
		return 0
	})
}

func startLives(t *testing.T, does string) *process.Process {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-listen", "there:0")
	cmd.Env = append(os.Environ(), livesVariable+"="+does, "TMPDIR="+t.TempDir(), "TMP="+t.TempDir())
	cmd.Stdin, _ = os.Open(os.DevNull) // at its end
	return process.Start(t, cmd)
}

// TestLives: processes follow one another at the addresses of the first one, and what the last
// one says is the program's word.
func TestLives(t *testing.T) {
	for _, tt := range []struct {
		does   string
		status int
	}{
		{"fail", 3}, {"again,fail", 3}, {"again,again,again,fail", 3}, {"again,die", 1},
	} {
		t.Run(tt.does, func(t *testing.T) {
			p := startLives(t, tt.does)
			if status := p.Wait(t); status != tt.status {
				t.Errorf("exit status %d, want %d", status, tt.status)
			}
			var want strings.Builder
			n := strings.Count(tt.does, ",")
			for i := range n + 1 {
				args := []string{"-listen", "there:0", "-listen", "here:1", "-n", strconv.Itoa(i)}
				if i == 0 {
					args = args[:2]
				}
				fmt.Fprintf(&want, "process %d: %q\n", i, args)
			}
			if !strings.HasSuffix(tt.does, "die") {
				fmt.Fprintf(&want, "removed by %d\n", n)
			}
			if n > 0 {
				want.WriteString("removed by 0\n")
			}
			if got := regexp.MustCompile(` is \d+`).ReplaceAllString(p.Stdout.String(), ""); got != want.String() {
				t.Errorf("it says\n%swant\n%s", got, &want)
			}
			for _, variable := range p.Cmd.Env {
				if dir, ok := strings.CutPrefix(variable, "TMPDIR="); ok {
					if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
						t.Errorf("left behind: %v, %v", left, err)
					}
				}
			}
		})
	}
}

// TestAllEnd: the end of the first process is that of all, in order if it was asked to.
func TestAllEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process gets no SIGTERM here")
	}
	for _, does := range []string{"again,serve", "again,again,serve", "again,hang"} {
		t.Run(does, func(t *testing.T) {
			p := startLives(t, does)
			last := strings.Count(does, ",")
			p.Eventually(t, "the last process", func() bool { return strings.Contains(p.Stdout.String(), fmt.Sprintf("process %d", last)) })
			drains := strings.HasSuffix(does, "serve")
			if status := p.Stop(t); (status == 0) != drains {
				t.Errorf("exit status %d", status)
			}
			if said := p.Stdout.String(); strings.Contains(said, "drained") != drains || !strings.HasSuffix(said, "removed by 0\n") {
				t.Errorf("it says %s", said)
			}
		})
		t.Run(does+", killed", func(t *testing.T) {
			p := startLives(t, does)
			last := strings.Count(does, ",")
			p.Eventually(t, "the last process", func() bool { return strings.Contains(p.Stdout.String(), fmt.Sprintf("process %d", last)) })
			p.Kill(t) // and waits for those who have its standard output
			if strings.Contains(p.Stdout.String(), "drained") {
				t.Error("the last one has outlived the first one")
			}
		})
	}
}

// TestUntilParent: a later process ends when it is asked to, and at once when nobody can ask
// any more.
func TestUntilParent(t *testing.T) {
	in, out := io.Pipe()
	exits := make(chan int)
	ctx := untilParent(t.Context(), in, func(status int) { exits <- status })
	if ctx.Err() != nil {
		t.Error(ctx.Err())
	}
	if _, err := io.WriteString(out, "end\n"); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	select {
	case status := <-exits:
		t.Errorf("asked to end, it exits with %d", status)
	default:
	}
	out.Close()
	if status := <-exits; status != 1 {
		t.Errorf("without a parent it exits with %d", status)
	}
}

// TestOnlyLife: a test has the process for itself and lets nobody start it again.
func TestOnlyLife(t *testing.T) {
	status := Live(t.Context(), "shop", nil, 0, func(_ context.Context, l *Life) int {
		l.Keep("-listen", "here:1")
		l.KeepProfiles("-pprof", nil)
		l.Again("-fault", "restart")
		done := false
		if err := l.Last(func() error { done = true; return nil }); err != nil || !done {
			t.Errorf("not done at the end: %v", err)
		}
		if l != nil || !l.First() || l.Another() {
			t.Errorf("a life: %v", l)
		}
		return 5
	})
	if status != 5 {
		t.Errorf("exit status %d", status)
	}
}
