package panels_test

import (
	"bufio"
	"io"
	"math"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A talker is a client of Redis.
type talker struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer
}

// talk connects until the end of the test.
func talk(t *testing.T, address string) *talker {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: process.Soon}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &talker{t, conn, bufio.NewReader(conn), bufio.NewWriter(conn)}
}

func (c *talker) send(command string) {
	c.t.Helper()
	if _, err := c.w.WriteString(command + "\r\n"); err != nil {
		c.t.Fatal(err)
	}
	if err := c.w.Flush(); err != nil {
		c.t.Fatal(err)
	}
}

// reply returns a line, or a string behind its length.
func (c *talker) reply() string {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	if err != nil {
		c.t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "$")))
	if line[0] != '$' || err != nil || n < 0 {
		return strings.TrimSpace(line)
	}
	text := make([]byte, n+len("\r\n"))
	if _, err := io.ReadFull(c.r, text); err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

func (c *talker) do(command string) string {
	c.t.Helper()
	c.send(command)
	got := c.reply()
	if strings.HasPrefix(got, "-") {
		c.t.Errorf("%.40s: %s", command, got)
	}
	return got
}

// A telling is what Redis says of itself.
type telling map[string]string

func (c *talker) info() telling {
	c.t.Helper()
	said := make(telling)
	for line := range strings.Lines(c.do("INFO")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		said[name] = value
	}
	return said
}

// number is that of a field, or of one within it, as db0.keys.
func (said telling) number(field string) float64 {
	field, within, inside := strings.Cut(field, ".")
	text := said[field]
	if inside {
		text, _, _ = strings.Cut(strings.TrimPrefix(text, within+"="), ",")
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}
