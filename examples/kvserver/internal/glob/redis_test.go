package glob_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/glob"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// Redis itself finds the same keys, for the table and for patterns by chance.
func TestRedis(t *testing.T) {
	r := startRedis(t)
	keys := map[string]bool{}
	for _, c := range table {
		keys[c.key] = true
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		keys[chance(random, "abc-]^\\\x00\x80\xff", 4)] = true
	}
	all := make([]string, 0, len(keys))
	for key := range keys {
		all = append(all, key)
		r.do("set", key, "")
	}
	slices.Sort(all)
	patterns := make([]string, 0, 5000)
	for _, c := range table {
		patterns = append(patterns, c.pattern)
	}
	for len(patterns) < cap(patterns) {
		patterns = append(patterns, chance(random, "abc-]^\\\x00\x80\xff[[[***?-]", 10))
	}
	for _, pattern := range patterns {
		var got []string
		for _, key := range all {
			if ok, _ := glob.Pattern(pattern).Match([]byte(key)); ok {
				got = append(got, key)
			}
		}
		want := r.do("keys", pattern)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%q matches\n%q, Redis says\n%q", pattern, got, want)
		}
	}
}

// chance returns up to so many bytes of an alphabet.
func chance(random *rand.Rand, alphabet string, longest int) string {
	b := make([]byte, random.IntN(longest+1))
	for i := range b {
		b[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(b)
}

type redis struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func startRedis(t *testing.T) *redis {
	socket := filepath.Join(t.TempDir(), "redis")
	server := process.Start(t, exec.Command(process.Installed(t, "redis-server"), "--port", "0", "--unixsocket", socket, "--save", ""))
	r := &redis{t: t}
	server.Eventually(t, "Redis answers", func() (ok bool) {
		var err error
		r.conn, err = net.Dial("unix", socket)
		return err == nil
	})
	t.Cleanup(func() { r.conn.Close() })
	r.in = bufio.NewReader(r.conn)
	return r
}

// do returns the elements of an array, or nothing for another reply.
func (r *redis) do(args ...string) (elements []string) {
	r.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := io.WriteString(r.conn, b.String()); err != nil {
		r.t.Fatal(err)
	}
	head := r.line()
	if head[0] == '-' {
		r.t.Fatalf("%q: %s", args, head)
	}
	if head[0] != '*' {
		return nil
	}
	for range r.number(head) {
		bulk := make([]byte, r.number(r.line())+2)
		if _, err := io.ReadFull(r.in, bulk); err != nil {
			r.t.Fatal(err)
		}
		elements = append(elements, string(bulk[:len(bulk)-2]))
	}
	return elements
}

func (r *redis) line() string {
	r.t.Helper()
	line, err := r.in.ReadString('\n')
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func (r *redis) number(line string) int {
	r.t.Helper()
	n, err := strconv.Atoi(line[1:])
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}
