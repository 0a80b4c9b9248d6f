package panels_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// What others do on the server of a trial, besides the program.
const (
	strangers = 3   // wait in a blocking command
	absent    = 400 // keys are looked up
	unknown   = 200 // commands are not there
	shortly   = 300 // keys expire at once
	large     = 200 // keys of which some have to go
	refused   = 20  // clients find no room
)

// others are the other clients of a server, which tells the program of them, too.
func others(t *testing.T, c *course) {
	t.Helper()
	redisserver.Start(t, "--replicaof", c.server.Host, strconv.Itoa(c.server.Port))
	for range strangers {
		talk(t, c.server.Address).send("BLPOP none 0")
	}
	w := talk(t, c.server.Address)
	for i := range absent {
		w.send(fmt.Sprintf("GET absent-%d", i))
	}
	for range unknown {
		w.send("MISUNDERSTOOD")
	}
	for i := range shortly {
		w.send(fmt.Sprintf("SET shortly-%d value PX 1", i))
	}
	value := strings.Repeat("x", 50*kib)
	for i := range large {
		w.send(fmt.Sprintf("SET large-%d %s EX 9999", i, value))
	}
	for range absent + unknown + shortly + large {
		w.reply()
	}
	w.do("CONFIG SET maxmemory-policy volatile-random")
	said := w.info()
	w.do(fmt.Sprintf("CONFIG SET maxmemory %.0f", said.number("used_memory")-large/3*float64(len(value))))
	w.do("CONFIG SET maxclients 1")
	for range refused {
		if got := talk(t, c.server.Address).reply(); !strings.Contains(got, "max number of clients") {
			t.Errorf("Redis says %q to one client too many", got)
		}
	}
	w.do(fmt.Sprintf("CONFIG SET maxclients %.0f", said.number("maxclients")))
}

const crowd = 160 // clients of a kvserver, which has up to a hundred connections for them

// exhaust lets writes wait in the server, and more clients write than there are connections.
func exhaust(t *testing.T, c *course) {
	t.Helper()
	talk(t, c.server.Address).do("CLIENT PAUSE 600000 WRITE")
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	c.leave = cancel
	for i := range crowd {
		c.asking.Go(func() {
			for ctx.Err() == nil {
				writeOnce(ctx, c.program.Clients(), i)
			}
		})
	}
}

// writeOnce sets a key and waits for what comes of it.
func writeOnce(ctx context.Context, address string, i int) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := fmt.Fprintf(conn, "SET crowd-%d value\r\n", i); err == nil {
		_, _ = bufio.NewReader(conn).ReadString('\n')
	}
}

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

// Bounds by what the server itself says at the end, though the program has asked it up to
// some seconds before.

// told is a value that stays about the same.
func told(field string, share float64) bounds {
	return func(m *moment) (float64, float64) {
		v := m.said.number(field)
		return v / (1 + share), v * (1 + share)
	}
}

// grown is a value that the load adds to, each second at most so much, and of which a few go.
func grown(field string, second float64) bounds {
	return func(m *moment) (float64, float64) {
		v := m.said.number(field)
		return v - second*asking.Seconds(), v + large
	}
}

const (
	asking = 20 * time.Second // how old an answer is at most that a program shows: twice as old as it should be
	ever   = 2 * time.Minute  // in which there is all that a trial does
)

// happened are counts of what was done once the program had asked for the first time.
func happened(field string, least float64) bounds {
	return func(m *moment) (float64, float64) {
		v := m.said.number(field)
		if v < least {
			return math.NaN(), math.NaN()
		}
		return late * v / ever.Seconds(), 1.3 * v / ever.Seconds()
	}
}
