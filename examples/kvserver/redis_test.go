package main

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A realRedis is the server whose words ours uses.
type realRedis struct {
	t      testing.TB
	socket string
}

func startRedis(t testing.TB) *realRedis {
	t.Helper()
	path := process.Installed(t, "redis-server")
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	r := &realRedis{t: t, socket: filepath.Join(dir, "s")}
	p := process.Start(t, exec.Command(path, "--port", "0", "--unixsocket", r.socket, "--save", "", "--dir", dir))
	p.Eventually(t, "a socket", func() bool {
		conn, err := net.Dial("unix", r.socket)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return r
}

func (r *realRedis) dial() *testClient {
	r.t.Helper()
	conn, err := net.Dial("unix", r.socket)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return &testClient{t: r.t, conn: conn, replies: bufio.NewReader(conn)}
}

// besides are what Redis and this server answer in the same words. A line is a
// command, in words as [step] has them.
var besides = map[string][]string{
	"unknown": {
		"foo", "foo a b c", "FOO '' a", "'' a", "foo " + strings.Repeat("a", 200) + " b", "foo" + strings.Repeat(" "+strings.Repeat("x", 50), 5),
		strings.Repeat("x", 200) + " y", "foo a\r\nb c\x00d", "get\x00 k", "foo " + strings.Repeat("b", 125) + " c", "foo " + strings.Repeat("b", 127) + " c", "foo " + strings.Repeat("b", 128) + " c",
	},
	"arity": {
		"get", "get a b", "set k", "set", "mset", "mset a", "mset a b c", "del", "exists", "mget", "scan", "dbsize x", "ping a b", "echo", "echo a b", "select", "auth", "info a b", "hello 2 3",
		"client", "client setname", "client setname a b", "client id x", "client info x", "client no-evict", "client help x", "config", "config get", "command count x", "command getkeys", "command getkeys get", "reset x",
	},
	"unknown subcommands": {
		"client foo", "CLIENT FOO bar", "config foo", "command foo", "config '' x", "client " + strings.Repeat("z", 300), "client i\rd",
	},
	"ttl": {"ttl k", "pttl k", "set k v", "ttl k", "pttl k", "ttl", "pttl k l"},
	"numbers": {
		"select 01", "select +1", "select -0", "select 1", "select 0x1", "set k v ex 01", "set k v px +5", "scan 0 count 01", "hello 03", "hello +2", "client list id 01",
	},
	"set": {
		"set k v get", "set k w get nx", "set k '' xx get", "set k v get get", "set l v xx get", "get l", "set l v nx get", "set k v nx get xx", "set k v keepttl", "set k v keepttl get keepttl",
		"set k v ex 1 keepttl", "set k v keepttl px 1", "set k v ex", "set k v ex 1 px 1", "set k v exat 1 pxat 1", "set k v exat", "set k v ex x wrong", "set k v ex x", "set k v pxat 0", "set k v exat -1", "get k",
	},
	"types": {"type k", "set k ''", "type k", "type", "type k l", "TYPE ''", "scan 0 type string"},
	"names": {
		"client getname", "client setname a", "client getname", "client setname ''", "client getname", "client setname a\nb", "client setname \x7f", "client setname \xff", "client getname",
		"client no-evict on", "client no-evict off", "client no-evict x", "client list type foo", "client list type replica", "client list id", "client list id x", "client list foo", "client list id 1000000",
		"hello 2 setname b", "client getname", "hello 3 setname c", "client getname", "reset", "client getname",
	},
	"hello and auth": {
		"hello x", "hello 1", "hello 4", "hello 99999999999999999999", "hello 3 foo", "hello 3 auth", "hello 3 auth default", "hello 3 setname", "hello 3 setname a\tb", "hello 3 auth u p", "hello 3 auth default p foo", "get k",
		"auth x", "auth u x", "auth default x", "auth a b c",
	},
	"command": {
		"command getkeys get k", "command getkeys mset a 1 b 2", "command getkeys mget a b c", "command getkeys foo a", "command getkeys ping x", "command getkeys get k l", "command getkeys set k", "command getkeys client id", "command getkeys config get x",
		"command docs foo", "command info foo", "command list x", "command list filterby", "command list filterby foo bar", "command list filterby module foo", "command list filterby aclcat foo", "command list filterby pattern", "command list filterby pattern g?t",
		"command list filterby pattern nothing",
	},
	"version 3": {
		"hello 3", "get k", "set k v", "get k", "mget k l", "set k w nx", "config get save", "config get nothing", "command docs foo", "command info foo", "command list filterby pattern g?t", "client getname", "set k w xx", "del k l", "exists k", "ping", "ping x", "echo x",
		"foo", "client foo", "reset", "get l",
	},
	"transactions": {
		"multi", "multi", "set k 1", "foo", "exec", "get k", "exec", "discard", "multi", "discard", "multi", "watch a", "exec", "multi", "get", "set k 1", "exec", "get k", "multi", "exec", "multi", "set k 1", "get k", "reset", "get k", "exec",
		"multi x", "exec x", "watch", "unwatch x", "discard x", "multi", "set k 2", "get k", "exec x", "get k", "exec", "multi", "set k 2", "get k", "set k 3 nx", "set k 3 xx", "del k l", "exists k", "mget k l", "ping", "echo x", "exec", "get k",
		"watch k", "set k 1", "multi", "get k", "exec", "watch k", "unwatch", "set k 2", "multi", "get k", "exec", "watch k", "multi", "discard", "set k 3", "multi", "get k", "exec", "multi", "select 16", "client setname x", "client getname", "unwatch", "exec",
		"multi", "client foo", "exec", "multi", "multi", "set k 7", "exec", "get k", "multi", "mset a", "exec", "multi", "mset a 1 b", "exec", "multi", "command getkeys get k", "config get save", "exec", "auth x", "multi", "auth u x", "auth default x", "exec",
	},
	"transactions in version 3": {
		"hello 3", "watch k", "set k 1", "multi", "get k", "exec", "multi", "get none", "mget k none", "set k x nx", "client getname", "config get save", "exec", "multi", "exec",
	},
	"version 2": {
		"get k", "set k v", "get k", "mget k l", "set k w nx", "config get save", "config get nothing", "command info foo", "client getname", "del k", "select 0", "select 16", "select -1", "select x", "reset", "config get maxmemory", "CONFIG GET maxmemory-policy none",
		"ping", "ping ''", "echo ''",
	},
}

func TestBesideRedis(t *testing.T) {
	r := startRedis(t)
	for name, lines := range besides {
		t.Run(name, func(t *testing.T) {
			r.t = t
			theirs, ours := r.dial(), start(t, memory(t)).dial()
			for _, line := range lines {
				args := splitQuoted(line)
				got, want := ours.do(args...), theirs.do(args...)
				if name == "hello and auth" || strings.HasPrefix(line, "hello 3") || strings.HasPrefix(line, "hello 2") {
					got, want = errorsOnly(got), errorsOnly(want)
				}
				if got != want {
					t.Errorf("%q:\n got %s\nwant %s", line, got, want)
				}
			}
			theirs.do("flushall")
		})
	}
}

// errorsOnly leaves out what two servers tell of themselves.
func errorsOnly(reply string) string {
	if strings.HasPrefix(reply, "-") {
		return reply
	}
	return "no error"
}

// splitQuoted splits at single spaces only.
func splitQuoted(line string) []string {
	args := strings.Split(line, " ")
	for i, a := range args {
		if a == "''" {
			args[i] = ""
		}
	}
	return args
}
