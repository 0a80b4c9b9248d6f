package reference

import (
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// Where keys expire, they do not before their time, those who track them are told, and no
// command finds them afterwards. Redis is the reference.
func TestExpiry(t *testing.T) {
	t.Run("redis", func(t *testing.T) { expire(t, redisserver.Start(t).Address) })
	for _, engine := range kvserver.Engines {
		if !kvserver.Expires(engine) {
			continue
		}
		t.Run(engine, func(t *testing.T) {
			expire(t, kvserver.Start(t, "-engine", engine, "-sync=false").Address)
		})
	}
}

func expire(t *testing.T, address string) {
	const ttl = 1500 * time.Millisecond
	dialed := func(options ...string) *conn {
		c, err := dial(address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if options != nil {
			reply(t, c, "HELLO", "3")
			if got := reply(t, c, append([]string{"CLIENT", "TRACKING", "ON"}, options...)...); got != "+OK\r\n" {
				t.Fatal(got)
			}
		}
		return c
	}
	writer, broadcast := dialed(), dialed("BCAST", "PREFIX", "ex")
	began := time.Now()
	for _, s := range []struct{ command, want string }{
		{"SET expires v PX 1500 NX", "+OK\r\n"}, {"SET expires w PX 9000 NX", "$-1\r\n"}, {"SET expires v KEEPTTL XX", "+OK\r\n"},
		{"SET stays v", "+OK\r\n"}, {"GET expires", "$1\r\nv\r\n"}, {"EXISTS expires stays", ":2\r\n"}, {"TTL stays", ":-1\r\n"}, {"TTL nothing", ":-2\r\n"},
	} {
		if got := reply(t, writer, strings.Fields(s.command)...); got != s.want {
			t.Errorf("%s: %q, want %q", s.command, got, s.want)
		}
	}
	reader := dialed()
	reply(t, reader, "HELLO", "3")
	reply(t, reader, "CLIENT", "TRACKING", "ON")
	if got := reply(t, reader, "GET", "expires"); got != "$1\r\nv\r\n" {
		t.Fatalf("GET: %q", got)
	}
	const push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$7\r\nexpires\r\n"
	got, err := reader.reply(nil)
	if took := time.Since(began); err != nil || string(got) != push || took < ttl || took > ttl+process.Soon/2 {
		t.Errorf("after %v the reader was told %q, %v", took, got, err)
	}
	for range 3 { // of two writes, and of the end
		if got, err = broadcast.reply(nil); err != nil || string(got) != push {
			t.Errorf("the one with a prefix was told %q, %v", got, err)
		}
	}
	for command, want := range map[string]string{
		"GET expires": "_\r\n", "EXISTS expires stays": ":1\r\n", "PTTL expires": ":-2\r\n", "KEYS *": "*1\r\n$5\r\nstays\r\n",
		"SET expires v XX": "_\r\n",
	} {
		if got := reply(t, reader, strings.Fields(command)...); got != want {
			t.Errorf("afterwards %s: %q, want %q", command, got, want)
		}
	}
}

func reply(t *testing.T, c *conn, args ...string) string {
	t.Helper()
	got, err := c.do(args...)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}
