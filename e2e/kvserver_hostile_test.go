package e2e

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Whatever strangers do, the server serves those who behave, in bounded memory.
func TestKVServerHostileClients(t *testing.T) {
	s := startKVServer(t, "-engine", "memory")
	good := s.client(t, 4)
	if err := good.Set(t.Context(), "small", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("v", 1<<20)
	if err := good.Set(t.Context(), "large", large, 0).Err(); err != nil {
		t.Fatal(err)
	}

	idle, _ := peakMemory(t, s.Cmd.Process.Pid)

	strangers := &strangers{t: t, address: net.JoinHostPort(s.host, s.port)}
	for range 1000 { // half commands, and arguments without end
		strangers.open("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1048576\r\n" + large[:16<<10])
	}
	for range 100 {
		strangers.open("*1048576\r\n" + strings.Repeat("$1\r\na\r\n", 100_000))
	}
	for range 300 { // announce and send half, and then nothing
		strangers.open("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1048576\r\n" + large[:1<<19])
	}
	for range 100 { // ask for much, and read nothing
		strangers.open(strings.Repeat("GET large\r\n", 1000))
	}
	many := strings.Repeat(" large", 500)
	for range 20 {
		strangers.open(strings.Repeat("MGET"+many+"\r\n", 10))
	}
	for range 100 { // say nothing
		strangers.open("")
	}
	for _, in := range []string{
		"*1\r\n$9223372036854775807\r\n", "*9223372036854775807\r\n", "*1\r\n$-2\r\n", "$5\r\nhello\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", strings.Repeat("(", 1<<20),
	} {
		strangers.open(in)
	}
	for seed := range uint64(200) {
		strangers.open(noise(seed))
	}

	for began := time.Now(); time.Since(began) < 3*time.Second; {
		if v, err := good.Get(t.Context(), "small").Result(); err != nil || v != "v" {
			t.Fatalf("Get among strangers: %q, %v", v, err)
		}
		if err := good.Set(t.Context(), "small", "v", 0).Err(); err != nil {
			t.Fatalf("Set among strangers: %v", err)
		}
		// The strangers may hold all memory for what is large, but no connection.
		v, err := good.Get(t.Context(), "large").Result()
		if err != nil && !strings.Contains(err.Error(), "not enough memory for the reply") || err == nil && len(v) != len(large) {
			t.Fatalf("Get of a large value among strangers: %d bytes, %v", len(v), err)
		}
	}
	if peak, ok := peakMemory(t, s.Cmd.Process.Pid); ok {
		t.Logf("peak memory: %d MiB above the idle server's", (peak-idle)>>20)
		if (peak-idle)>>20 > 128+64 { // the default of -memory, and 64 MiB
			t.Errorf("the server took %d MiB", (peak-idle)>>20)
		}
	}
	strangers.close()
	s.Eventually(t, "the end of the strangers", func() bool {
		info, err := good.Info(t.Context(), "clients").Result()
		if err != nil {
			t.Fatal(err)
		}
		var n int
		_, err = fmt.Sscanf(strings.Split(info, "\r\n")[1], "connected_clients:%d", &n)
		return err == nil && n <= 4
	})
}

// noise is bytes that look like the protocol here and there.
func noise(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	words := []string{"*", "$", "\r\n", "3", "-1", "SET", "get", "mset", "scan 0 match [", " ", "large", "\x00", "\xff", ":", "\"", "1000000000"}
	var b bytes.Buffer
	for range 200 {
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}

// strangers are connections that send what they like.
type strangers struct {
	t       *testing.T
	address string
	conns   []net.Conn
	sending sync.WaitGroup
}

func (s *strangers) open(in string) {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.conns = append(s.conns, conn)
	s.sending.Go(func() { _, _ = io.WriteString(conn, in) })
}

func (s *strangers) close() {
	for _, conn := range s.conns {
		_ = conn.Close()
	}
	s.sending.Wait()
}

// peakMemory returns the largest resident set of a process so far, where the
// operating system tells.
func peakMemory(t *testing.T, pid int) (size int, ok bool) {
	if runtime.GOOS != "linux" {
		return 0, false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	kB, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kB << 10, true
}
