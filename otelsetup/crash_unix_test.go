//go:build unix

package otelsetup_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/otelkv/otelkv/otelsetup"
)

// The ways in which a program ends without Shutdown. It is this test, run once
// more.
var crashes = map[string]func(){
	"panic":     func() { panic("over") },
	"exit":      func() { os.Exit(3) },        //nolint:revive // the end that is tested
	"log.Fatal": func() { log.Fatal("over") }, //nolint:revive,forbidigo // the end that is tested
	"SIGKILL":   func() { raise(syscall.SIGKILL) },
	"SIGTERM":   func() { raise(syscall.SIGTERM) },
}

func raise(s syscall.Signal) {
	_ = syscall.Kill(os.Getpid(), s)
	select {} // it is on its way
}

const lastLines = 100

// What a line waits for an output that takes nothing, as a disk that is busy; from then on lines
// wait in memory.
const waitsForOutput = 5 * time.Millisecond

const outputStalled = "the output stalled"

// All lines that were logged before a crash are there, whatever standard output
// is, unless it stalls: then it is tried again.
func TestLinesOutliveTheProgram(t *testing.T) {
	if crash, ok := crashes[os.Getenv("OTELKV_TEST_LAST_LINES")]; ok {
		tel, err := otelsetup.Start(context.Background())
		if err != nil {
			panic(err)
		}
		var longest time.Duration
		for i := range lastLines {
			began := time.Now()
			tel.Logger().Info(fmt.Sprint("last line ", i))
			longest = max(longest, time.Since(began))
		}
		if longest >= waitsForOutput {
			fmt.Fprintln(os.Stderr, outputStalled)
		}
		crash()
	}
	for name := range crashes {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []string{"pipe", "file"} {
				got, stalled, err := logAndCrash(t, name, kind)
				for range 9 {
					if !stalled {
						break
					}
					got, stalled, err = logAndCrash(t, name, kind)
				}
				if err == nil {
					t.Errorf("%s: the program did not crash", kind)
				}
				if n := strings.Count(string(got), `"message":"last line `); n != lastLines {
					t.Errorf("%s: %d lines, want %d: %s", kind, n, lastLines, got)
				}
			}
		})
	}
}

// logAndCrash runs this test as a program that logs and crashes, and returns what is in its standard
// output, a pipe or a file, and whether that stalled.
func logAndCrash(t *testing.T, crash, kind string) (got []byte, stalled bool, err error) {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLinesOutliveTheProgram$")
	program.Env = append(os.Environ(), "OTELKV_TEST_LAST_LINES="+crash)
	var complaints bytes.Buffer
	program.Stderr = &complaints
	switch kind {
	case "pipe":
		var out bytes.Buffer
		program.Stdout = &out
		err = program.Run()
		got = out.Bytes()
	case "file":
		got, err = runIntoFile(t, program)
	}
	return got, strings.Contains(complaints.String(), outputStalled), err
}

func runIntoFile(t *testing.T, program *exec.Cmd) ([]byte, error) {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	program.Stdout = f
	failure := program.Run()
	got, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return got, failure
}

// A program whose standard output nobody reads any more ends as any other does,
// unless it ignores SIGPIPE.
func TestReaderOfTheLogHasGone(t *testing.T) {
	if os.Getenv("OTELKV_TEST_READER_GONE") != "" {
		tel, err := otelsetup.Start(context.Background())
		if err != nil {
			panic(err)
		}
		tel.Logger().Info("hello")
		_, _ = os.Stdin.Read(make([]byte, 1)) // until the reader has gone
		tel.Logger().Info("is anybody there?")
		panic("a line was logged into nothing")
	}
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReaderOfTheLogHasGone$")
	program.Env = append(os.Environ(), "OTELKV_TEST_READER_GONE=1")
	stdin, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := stdout.Read(make([]byte, 1000)); n == 0 {
		t.Error(err)
	}
	stdout.Close()
	stdin.Close()
	_ = program.Wait()
	if status := program.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGPIPE {
		t.Errorf("the program ended with %v", program.ProcessState)
	}
}
