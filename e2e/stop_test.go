package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

const (
	stopDrain  = time.Second
	stopEnding = 10 * time.Second // what the programs promise beyond it
)

// A stopping is a program that is about to be asked to end.
type stopping struct {
	*process.Process
	admin, profiles, redis string // redis is empty for quickstart
}

// A hindrance is what keeps a program from ending, if it lets it.
type hindrance struct {
	args   []string
	env    func(t *testing.T) string
	stdout func(t *testing.T) *os.File
	stderr func(t *testing.T) *os.File
	hold   func(t *testing.T, s stopping) // when it serves
}

var hindrances = map[string]hindrance{
	"nothing":                       {},
	"stdout that nobody reads":      {stdout: fullPipe, hold: func(t *testing.T, s stopping) { setLevel(t, s.admin, "debug"); s.busy(t) }},
	"stderr that is full":           {stderr: packedPipe},
	"a receiver that hangs":         {env: silentReceiver, hold: func(t *testing.T, s stopping) { s.busy(t) }},
	"a check that hangs":            {args: []string{"-fault", "unknown"}, hold: untilUnknown},
	"an operation that hangs":       {args: []string{"-fault", "hang"}},
	"a client that holds the admin": {hold: holdAdmin},
	"a client that does not read":   {hold: leaveReplies},
	"a profile that is being taken": {hold: takeProfile},
	"all of it at once": {args: []string{"-fault", "unknown"}, stdout: fullPipe, stderr: packedPipe, env: silentReceiver, hold: func(t *testing.T, s stopping) {
		untilUnknown(t, s)
		setLevel(t, s.admin, "debug")
		s.busy(t)
		holdAdmin(t, s)
		leaveReplies(t, s)
	}},
}

// TestSIGTERMEnds: whatever becomes of the outputs, and whatever clients do, a program
// that is asked to end has ended within its drain time and ten seconds, with status 0.
func TestSIGTERMEnds(t *testing.T) {
	for name, h := range hindrances {
		for _, program := range []string{"quickstart", "kvserver"} {
			t.Run(program+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := h.start(t, program)
				if h.hold != nil {
					h.hold(t, s)
				}
				began := time.Now()
				if status := s.Stop(t); status != 0 {
					t.Errorf("exit status %d", status)
				}
				took := time.Since(began)
				if t.Logf("it took %v", took); took < stopDrain || took > stopDrain+stopEnding {
					t.Errorf("it took %v to end", took)
				}
			})
		}
	}
}

// start runs a program until it serves. What it says may be read by nobody, so it is told
// where to listen.
func (h hindrance) start(t *testing.T, program string) stopping {
	t.Helper()
	s := stopping{admin: process.FreeAddress(t), profiles: process.FreeAddress(t)}
	args := append([]string{"-drain", stopDrain.String(), "-pprof", s.profiles}, h.args...)
	build := quickstart
	if program == "kvserver" {
		build = kvbinary
		s.redis = process.FreeAddress(t)
		args = append(args, "-admin", s.admin, "-listen", s.redis, "-traces", "1000")
	} else {
		args = append(args, "-listen", s.admin)
	}
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	if h.env != nil {
		cmd.Env = append(cmd.Env, "OTEL_EXPORTER_OTLP_ENDPOINT="+h.env(t))
	}
	for out, to := range map[*io.Writer]func(*testing.T) *os.File{&cmd.Stdout: h.stdout, &cmd.Stderr: h.stderr} {
		if to != nil {
			f := to(t)
			*out = f
			defer f.Close() // the program has its own
		}
	}
	s.Process = launch(t, cmd)
	s.Eventually(t, "an answer", func() bool {
		_, err := fetch(t, "http://"+s.admin+"/healthz")
		return err == nil
	})
	if s.redis == "" {
		s.Eventually(t, "the load", func() bool { return scraped(t, s.admin, allRequests) > 0 })
	} else {
		s.send(t, dialed(t, s.redis), "PING", "+PONG\r\n")
	}
	return s
}

// busy has the program do something; quickstart does so by itself.
func (s stopping) busy(t *testing.T) {
	t.Helper()
	if s.redis == "" {
		return
	}
	c := dialed(t, s.redis)
	for i := range 2000 {
		s.send(t, c, "SET key"+strconv.Itoa(i)+" value", "+OK\r\n")
	}
}

func (stopping) send(t *testing.T, c net.Conn, command, reply string) {
	t.Helper()
	got := make([]byte, len(reply))
	if _, err := io.WriteString(c, command+"\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, got); err != nil || string(got) != reply {
		t.Fatalf("%s: %q, %v", command, got, err)
	}
}

func dialed(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func request(t *testing.T, address, text string) {
	t.Helper()
	if _, err := io.WriteString(dialed(t, address), text); err != nil {
		t.Fatal(err)
	}
}

// untilUnknown waits until a check has hung for so long that it is said to.
func untilUnknown(t *testing.T, s stopping) {
	t.Helper()
	s.Eventually(t, "a check that hangs", func() bool {
		return strings.Contains(probe(t, "http://"+s.admin+"/readyz?verbose"), "database: unknown")
	})
}

// holdAdmin leaves requests to the admin side unsent, half sent and unread.
func holdAdmin(t *testing.T, s stopping) {
	t.Helper()
	dialed(t, s.admin)
	request(t, s.admin, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n")
	request(t, s.admin, "PUT /loglevel HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
	request(t, s.admin, strings.Repeat("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 1000))
}

// takeProfile asks for what takes a minute.
func takeProfile(t *testing.T, s stopping) {
	t.Helper()
	request(t, s.profiles, "GET /debug/pprof/trace?seconds=60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
	request(t, s.profiles, "GET /debug/pprof/profile?seconds=60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

// leaveReplies asks for more than the kernel takes, and reads nothing. Quickstart has no
// such clients.
func leaveReplies(t *testing.T, s stopping) {
	t.Helper()
	if s.redis == "" {
		return
	}
	c := dialed(t, s.redis)
	value := strings.Repeat("v", 512<<10)
	if _, err := fmt.Fprintf(c, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n%s\r\n", len(value), value); err != nil {
		t.Fatal(err)
	}
	for range 64 {
		if _, err := io.WriteString(c, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	before := make([]byte, len("+OK\r\n$"+strconv.Itoa(len(value))))
	if _, err := io.ReadFull(c, before); err != nil || !bytes.HasPrefix(before, []byte("+OK\r\n$")) {
		t.Fatalf("%q, %v", before, err)
	}
}

// packedPipe is a pipe that nobody reads, and that is full already.
func packedPipe(t *testing.T) *os.File {
	w := fullPipe(t)
	if err := w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := w.Write(make([]byte, 4<<10)); err != nil {
			break
		}
	}
	_ = w.SetWriteDeadline(time.Time{})
	return w
}

// silentReceiver takes connections and answers nothing.
func silentReceiver(t *testing.T) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = c.Close() })
		}
	}()
	return "http://" + l.Addr().String()
}
