package kvtest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// holdVariable is the path that a process is to hold, which is this test in a
// process of its own.
const holdVariable = "KVTEST_HOLD"

// holding is the line that it writes once it does.
const holding = "kvtest: the database is open"

// lockedByAProcess tests what another process has open.
func lockedByAProcess(f *adapterFixture) {
	if path := os.Getenv(holdVariable); path != "" {
		f.hold(path)
		return
	}
	path := newPath(f)
	release := f.startHolder(path)
	f.wantLocked(path, "another process")
	release()
	s := f.open(path)
	f.on(s).wantValue(s, "held", "1")
}

// hold has the database open until its standard input ends.
func (f *adapterFixture) hold(path string) {
	s := f.open(path)
	f.on(s).put("held", "1")
	if _, err := fmt.Fprintln(os.Stdout, holding); err != nil {
		f.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	f.close(s)
}

// startHolder runs the test in a process that holds the database, until release
// is called.
func (f *adapterFixture) startHolder(path string) (release func()) {
	f.Helper()
	parts := strings.Split(f.Name(), "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	cmd := exec.CommandContext(f.Context(), os.Args[0], "-test.run="+strings.Join(parts, "/"))
	cmd.Env = append(os.Environ(), holdVariable+"="+path)
	var printed strings.Builder
	cmd.Stderr = &printed
	in, err := cmd.StdinPipe()
	if err != nil {
		f.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		f.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		f.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for line := ""; !strings.Contains(line, holding); {
		if line, err = lines.ReadString('\n'); err != nil {
			_ = in.Close()
			f.Fatalf("the process that holds the database wrote %q: %v, %v, %s", line, err, cmd.Wait(), &printed)
		}
	}
	return func() {
		_ = in.Close()
		_, _ = io.Copy(io.Discard, lines)
		if err := cmd.Wait(); err != nil {
			f.Errorf("the process that holds the database: %v", err)
		}
		if printed.Len() > 0 {
			f.Errorf("the engine prints of its own accord: %s", &printed)
		}
	}
}
