package clients

import (
	"context"
	"encoding/csv"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// tool runs a program of redis-tools with an input, and returns what it writes.
func (s *server) tool(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*process.Soon)
	defer cancel()
	host, port, err := net.SplitHostPort(s.address)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, process.Installed(t, name), append([]string{"-h", host, "-p", port}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %.200q: %v: %.500s", name, args, err, out)
	}
	return string(out)
}

// tryCLI does the steps with redis-cli, which speaks this version of the protocol.
func (s *server) tryCLI(t *testing.T, version, name string) {
	process.Installed(t, "redis-cli")
	k := func(key string) string { return "redis-cli" + version + ":" + name + ":" + key }
	cli := func(t *testing.T, input string, args ...string) string {
		return s.tool(t, input, "redis-cli", append([]string{version}, args...)...)
	}
	// Each line of an input is a command; its reply is what a person sees.
	dialogue := func(t *testing.T, lines ...string) {
		t.Helper()
		var input, want strings.Builder
		for i := 0; i < len(lines); i += 2 {
			fmt.Fprintln(&input, lines[i])
			fmt.Fprintln(&want, lines[i+1])
		}
		if got := cli(t, input.String(), "--no-raw"); got != want.String() {
			t.Errorf("redis-cli %s says:\n%swant:\n%s", version, got, want.String())
		}
	}
	for _, step := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"connect", func(t *testing.T) {
			if name == "" {
				dialogue(t, "PING", "PONG", "CLIENT GETNAME", "(nil)")
			} else {
				dialogue(t, "PING", "PONG", "CLIENT SETNAME "+name, "OK", "CLIENT GETNAME", `"`+name+`"`)
			}
		}},
		{"basic", func(t *testing.T) {
			dialogue(t, "SET "+k("a")+" v", "OK", "GET "+k("a"), `"v"`, "GET "+k("nothing"), "(nil)",
				"SET "+k("a")+" w NX", "(nil)", "SET "+k("a")+" w XX", "OK",
				"MSET "+k("b")+` "two words" `+k("c")+` "\x00\r\n"`, "OK",
				"MGET "+k("a")+" "+k("nothing")+" "+k("b")+" "+k("c"), `1) "w"`+"\n2) (nil)\n"+`3) "two words"`+"\n"+`4) "\x00\r\n"`,
				"EXISTS "+k("a")+" "+k("nothing")+" "+k("a"), "(integer) 2",
				"NOSUCH x", "(error) ERR unknown command 'NOSUCH', with args beginning with: 'x' ",
				"DEL "+k("a")+" "+k("b")+" "+k("c")+" "+k("nothing"), "(integer) 3")
		}},
		{"pipeline", func(t *testing.T) {
			var input strings.Builder
			for i := range 1000 {
				fmt.Fprintf(&input, "SET %s%d %d\r\n", k("p"), i, i)
			}
			if got := cli(t, input.String(), "--pipe"); !strings.Contains(got, "errors: 0, replies: 1000\n") {
				t.Errorf("redis-cli --pipe: %s", got)
			}
			dialogue(t, "GET "+k("p999"), `"999"`)
		}},
		{"transaction", func(t *testing.T) {
			dialogue(t, "MULTI", "OK", "SET "+k("t")+" v", "QUEUED", "GET "+k("t"), "QUEUED", "DEL "+k("t"), "QUEUED", "EXISTS "+k("t"), "QUEUED",
				"EXEC", "1) OK\n2) \"v\"\n3) (integer) 1\n4) (integer) 0")
		}},
		{"scan", func(t *testing.T) {
			beside := make(chan string, 1)
			go func() { beside <- cli(t, "", "--scan", "--pattern", scanPrefix+"*") }()
			for _, got := range []string{cli(t, "", "--scan", "--pattern", scanPrefix+"*"), <-beside} {
				keys := strings.Fields(got)
				slices.Sort(keys)
				if keys = slices.Compact(keys); len(keys) != scanned || keys[0] != scanKey(0) || keys[scanned-1] != scanKey(scanned-1) {
					t.Errorf("redis-cli --scan: %d keys, want %d", len(keys), scanned)
				}
			}
		}},
		{"large", func(t *testing.T) {
			s.large.Lock()
			defer s.large.Unlock()
			value := largeValue()
			if got := cli(t, value, "-x", "SET", k("large")); got != "OK\n" {
				t.Errorf("SET: %.200s", got)
			}
			if got := cli(t, "", "GET", k("large")); got != value+"\n" {
				t.Errorf("GET: %d bytes, want 16 MiB and a line's end: %.200s", len(got), got)
			}
			if got := cli(t, "", "DEL", k("large")); got != "1\n" {
				t.Errorf("DEL: %.200s", got)
			}
		}},
	} {
		if slices.Contains(s.steps, step.name) {
			t.Run(step.name, step.run)
		}
	}
}

// tryBenchmark runs what there is of redis-benchmark's tests. A name is one that each
// of its connections gives itself.
func (s *server) tryBenchmark(t *testing.T, name string) {
	process.Installed(t, "redis-benchmark")
	benchmark := func(t *testing.T, tests int, args ...string) {
		t.Helper()
		out := s.tool(t, "", "redis-benchmark", append([]string{"--csv"}, args...)...)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(rows) != 1+tests {
			t.Errorf("redis-benchmark %q: %v: %s", args, err, out)
		}
	}
	if name != "" {
		benchmark(t, 1, "-n", "1000", "CLIENT", "SETNAME", name)
		return
	}
	t.Run("basic", func(t *testing.T) { benchmark(t, 5, "-t", "ping,set,get,mset", "-n", "10000", "-r", "1000") })
	t.Run("pipeline", func(t *testing.T) { benchmark(t, 2, "-t", "set,get", "-n", "50000", "-r", "1000", "-P", "16") })
	t.Run("large", func(t *testing.T) {
		s.large.Lock()
		defer s.large.Unlock()
		benchmark(t, 2, "-t", "set,get", "-n", "4", "-c", "1", "-d", "16777216")
	})
}
