package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/kvserver/internal/cursor"
	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
	"github.com/otelkv/otelkv/kvdb"
)

// A step is a command, in words, and its reply. "" among the words is written
// as ”.
type step struct{ command, reply string }

func (s step) args() []string {
	args := strings.Fields(s.command)
	for i, a := range args {
		if a == "''" {
			args[i] = ""
		}
	}
	return args
}

var sessions = []struct {
	name  string
	steps []step
}{
	{"get and set", []step{
		{"get k", `nil`},
		{"set k v", `OK`},
		{"GET k", `"v"`},
		{"set k ''", `OK`},
		{"get k", `""`},
		{"get ''", `nil`},
		{"set '' v", `OK`},
		{"get ''", `"v"`},
		{"set '' w xx", `OK`},
		{"exists '' ''", `:2`},
		{"keys *", `["k" ""]`},
		{"del ''", `:1`},
		{"get ''", `nil`},
	}},
	{"nx and xx", []step{
		{"set k 1 xx", `nil`},
		{"get k", `nil`},
		{"set k 1 nx", `OK`},
		{"set k 2 NX", `nil`},
		{"get k", `"1"`},
		{"set k 3 XX", `OK`},
		{"get k", `"3"`},
		{"set k '' xx", `OK`},
		{"set k 4 nx", `nil`},
		{"set k 5 xx", `OK`},
		{"get k", `"5"`},
	}},
	{"set options", []step{
		{"set k v nx xx", `-ERR syntax error`},
		{"set k v xx xx", `nil`},
		{"set k v ex", `-ERR syntax error`},
		{"set k v ex 1 px 1", `-ERR syntax error`},
		{"set k v whatever", `-ERR syntax error`},
		{"set k v awordthatistoolongtobeanoption", `-ERR syntax error`},
		{"set k v ex x", `-ERR value is not an integer or out of range`},
		{"set k v ex 99999999999999999999999", `-ERR value is not an integer or out of range`},
		{"set k v ex 0", `-ERR invalid expire time in 'set' command`},
		{"set k v px -1", `-ERR invalid expire time in 'set' command`},
		{"set k v ex 9223372037", `-ERR invalid expire time in 'set' command`},
		{"set k v ex 10", `-ERR engine test does not support EX`},
		{"set k v px 10 nx", `-ERR engine test does not support PX`},
		{"set k v exat 10", `-ERR engine test does not support EXAT`},
		{"set k v pxat 10 get", `-ERR engine test does not support PXAT`},
		{"set k v ex 10 keepttl", `-ERR syntax error`},
		{"get k", `nil`},
		{"set k v keepttl", `OK`},
	}},
	{"set and get", []step{
		{"set k 1 get", `nil`},
		{"set k 2 get nx", `"1"`},
		{"set k 3 get xx", `"1"`},
		{"get k", `"3"`},
		{"set l 1 get xx", `nil`},
		{"get l", `nil`},
		{"set l 1 get nx", `nil`},
		{"set l '' get", `"1"`},
		{"set l 2 get", `""`},
	}},
	{"del and exists", []step{
		{"mset a 1 b 2 c 3", `OK`},
		{"exists a b x a", `:3`},
		{"del a", `:1`},
		{"del a", `:0`},
		{"del b x c b", `:2`},
		{"exists a b c", `:0`},
		{"dbsize", `:0`},
	}},
	{"mset and mget", []step{
		{"mset a 1 b 2 a 3", `OK`},
		{"mget a x b a", `["3" nil "2" "3"]`},
		{"mset a", `-ERR wrong number of arguments for 'mset' command`},
		{"mset a 1 b", `-ERR wrong number of arguments for 'mset' command`},
		{"mset b 9 '' 1", `OK`},
		{"mget a ''", `["3" "1"]`},
		{"dbsize", `:3`},
	}},
	{"connection", []step{
		{"ping", `PONG`},
		{"ping hello", `"hello"`},
		{"ping a b", `-ERR wrong number of arguments for 'ping' command`},
		{"echo hello", `"hello"`},
		{"select 0", `OK`},
		{"select 15", `OK`},
		{"select 16", `-ERR DB index is out of range`},
		{"select -1", `-ERR DB index is out of range`},
		{"select 4294967296", `-ERR value is out of range, value must between -2147483648 and 2147483647`},
		{"select x", `-ERR value is not an integer or out of range`},
	}},
	{"hello", []step{
		{"hello 4", `-NOPROTO unsupported protocol version`},
		{"hello 1", `-NOPROTO unsupported protocol version`},
		{"hello x", `-ERR Protocol version is not an integer or out of range`},
		{"hello 3 auth u p", `-WRONGPASS invalid username-password pair or user is disabled.`},
		{"hello 3 auth default", `-ERR Syntax error in HELLO option 'auth'`},
		{"hello 3 setname", `-ERR Syntax error in HELLO option 'setname'`},
		{"hello 3 setname \xff", `-ERR Client names cannot contain spaces, newlines or special characters.`},
		{"hello 3 setname " + strings.Repeat("x", 257), `-ERR Client names cannot be longer than 256 bytes.`},
		{"get k", `nil`},
		{"hello", `["server" "kvserver" "version" "7.0.0" "proto" :2 "id" :1 "mode" "standalone" "role" "master" "modules" []]`},
		{"HELLO 3 AUTH default x SETNAME me", `%["server" "kvserver" "version" "7.0.0" "proto" :3 "id" :1 "mode" "standalone" "role" "master" "modules" []]`},
		{"get k", `_`},
		{"hello 4", `-NOPROTO unsupported protocol version`},
		{"mget k l", `[_ _]`},
		{"hello", `%["server" "kvserver" "version" "7.0.0" "proto" :3 "id" :1 "mode" "standalone" "role" "master" "modules" []]`},
		{"config get save", `%["save" ""]`},
		{"info none", `="txt:"`},
		{"hello 2", `["server" "kvserver" "version" "7.0.0" "proto" :2 "id" :1 "mode" "standalone" "role" "master" "modules" []]`},
		{"get k", `nil`},
	}},
	{"auth", []step{
		{"auth x", `-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?`},
		{"auth default x", `OK`},
		{"auth u x", `-WRONGPASS invalid username-password pair or user is disabled.`},
		{"auth a b c", `-ERR syntax error`},
	}},
	{"what is not there", []step{
		{"incr k", `-ERR unknown command 'incr', with args beginning with: 'k' `},
		{"get", `-ERR wrong number of arguments for 'get' command`},
		{"get a b", `-ERR wrong number of arguments for 'get' command`},
		{"set k", `-ERR wrong number of arguments for 'set' command`},
		{"''", `-ERR unknown command '', with args beginning with: `},
		{"\x1b[31m\xff x\x1by\x00z", `-ERR unknown command '?[31m?', with args beginning with: 'x?y' `},
		{"incr " + strings.Repeat("x", 200), `-ERR unknown command 'incr', with args beginning with: '` + strings.Repeat("x", 128) + `' `},
		{strings.Repeat("x", 200), `-ERR unknown command '` + strings.Repeat("x", 128) + `', with args beginning with: `},
		{"config set save x", `-ERR unknown subcommand 'set'. Try CONFIG HELP.`},
		{"config", `-ERR wrong number of arguments for 'config' command`},
		{"config get", `-ERR wrong number of arguments for 'config|get' command`},
		{"ping", `PONG`},
	}},
	{"config", []step{
		{"config get save", `["save" ""]`},
		{"config get append*", `["appendfsync" "always" "appendonly" "yes"]`},
		{"config get port " + strings.Repeat("x", maxPattern+1), `-ERR the pattern is longer than 4096 bytes`},
		{"config get" + strings.Repeat(" "+strings.Repeat("x", maxPattern), 17), `-ERR the patterns are longer than 65536 bytes together`},
		{"config get PORT databases nothing", `["databases" "16" "port" "6380"]`},
	}},
	{"command", []step{
		{"command count", fmt.Sprintf(":%d", len(table()))},
		{"command docs nothing echo", `["echo" ["summary" "Answer the message." "group" "connection" "arguments" [["name" "message" "type" "string"]]]]`},
		{"command info get nothing mset client|id",
			`[["get" :2 [readonly] :1 :1 :1 [] [] [["flags" [RO] "begin_search" ["type" "index" "spec" ["index" :1]] "find_keys" ["type" "range" "spec" ["lastkey" :0 "keystep" :1 "limit" :0]]]] []] nil ` +
				`["mset" :-3 [write] :1 :-1 :2 [] [] [["flags" [RW] "begin_search" ["type" "index" "spec" ["index" :1]] "find_keys" ["type" "range" "spec" ["lastkey" :-1 "keystep" :2 "limit" :0]]]] []] ` +
				`["client|id" :2 [] :0 :0 :0 [] [] [] []]]`},
		{"command list filterby pattern *id", `["client|id"]`},
		{"config help", `[CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are: GET <pattern>     Return parameters matching the glob-like <pattern> and their values. HELP     Prints this help.]`},
	}},
	{"client", []step{
		{"client id", `:1`},
		{"client setinfo lib-name go-redis(,go1.26)", `OK`},
		{"client setinfo LIB-VER 9.23.0", `OK`},
		{"client setinfo lib-foo x", `-ERR Unrecognized option 'lib-foo'`},
		{"client setinfo lib-name a\x80", `-ERR lib-name cannot contain spaces, newlines or special characters.`},
		{"client setname me", `OK`},
		{"client no-evict on", `OK`},
		{"client no-touch on", `OK`},
		{"client info", `"id=1 addr=pipe laddr=pipe name=me age=0 idle=0 flags=eT db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 cmd=client|info user=default redir=-1 resp=2 lib-name=go-redis(,go1.26) lib-ver=9.23.0\n"`},
		{"reset", `RESET`},
		{"client list", `"id=1 addr=pipe laddr=pipe name= age=0 idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 cmd=client|list user=default redir=-1 resp=2 lib-name=go-redis(,go1.26) lib-ver=9.23.0\n"`},
		{"client list type normal", `"id=1 addr=pipe laddr=pipe name= age=0 idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 cmd=client|list user=default redir=-1 resp=2 lib-name=go-redis(,go1.26) lib-ver=9.23.0\n"`},
		{"client list id 2 3", `""`},
	}},
	{"transactions", []step{
		{"multi", `OK`},
		{"client info", `QUEUED`},
		{"hello 3", `QUEUED`},
		{"get k", `QUEUED`},
		{"exec", `["id=1 addr=pipe laddr=pipe name= age=0 idle=0 flags=x db=0 sub=0 psub=0 ssub=0 multi=3 watch=0 cmd=exec user=default redir=-1 resp=2 lib-name= lib-ver=\n" ` +
			`%["server" "kvserver" "version" "7.0.0" "proto" :3 "id" :1 "mode" "standalone" "role" "master" "modules" []] _]`},
		{"watch k", `OK`},
		{"set k v", `OK`},
		{"multi", `OK`},
		{"get k", `QUEUED`},
		{"exec", `_`},
		{"multi", `OK`},
		{"scan 0", `-ERR Command not allowed inside a transaction`},
		{"exec", `-EXECABORT Transaction discarded because of previous errors.`},
	}},
	{"scan", []step{
		{"scan 0", `["0" []]`},
		{"mset a 1 b 2 user:1 x user:2 y", `OK`},
		{"scan 0", `["0" ["a" "b" "user:1" "user:2"]]`},
		{"scan 0 count 4", `["0" ["a" "b" "user:1" "user:2"]]`},
		{"scan 0 match user:*", `["0" ["user:1" "user:2"]]`},
		{"scan 0 MATCH *1 COUNT 100", `["0" ["user:1"]]`},
		{"scan x", `-ERR invalid cursor`},
		{"scan -1", `-ERR invalid cursor`},
		{"scan 17", `-ERR the cursor is unknown or too old: begin again with 0`},
		{"scan 0 count", `-ERR syntax error`},
		{"scan 0 count 0", `-ERR syntax error`},
		{"scan 0 count x", `-ERR value is not an integer or out of range`},
		{"scan x count x", `-ERR invalid cursor`},
		{"scan 0 type", `-ERR syntax error`},
		{"scan 0 type STRING match [a-c", `["0" ["a" "b"]]`},
		{"scan 0 type hash", `["0" []]`},
		{"scan 0 type nosuchtype", `["0" []]`},
		{"scan 0 type zset type string count 9", `["0" ["a" "b" "user:1" "user:2"]]`},
		{"scan 0 match [^-b-", `["0" ["a"]]`},
		{"command list filterby pattern " + strings.Repeat("x", maxPattern+1), `-ERR the pattern is longer than 4096 bytes`},
		{"scan 0 match " + strings.Repeat("x", maxPattern+1), `-ERR the pattern is longer than 4096 bytes`},
		{"keys *", `["a" "b" "user:1" "user:2"]`},
		{"keys user:?", `["user:1" "user:2"]`},
		{"keys nothing", `[]`},
		{"keys", `-ERR wrong number of arguments for 'keys' command`},
		{"keys " + strings.Repeat("x", maxPattern+1), `-ERR the pattern is longer than 4096 bytes`},
	}},
	{"databases", []step{
		{"set k 0", `OK`},
		{"select 1", `OK`},
		{"get k", `nil`},
		{"exists k", `:0`},
		{"mget k k", `[nil nil]`},
		{"del k", `:0`},
		{"set k x xx", `nil`},
		{"set k 1 nx", `OK`},
		{"mset l 1 m 1", `OK`},
		{"dbsize", `:3`},
		{"keys *", `["k" "l" "m"]`},
		{"scan 0", `["0" ["k" "l" "m"]]`},
		{"select 2", `OK`},
		{"dbsize", `:0`},
		{"scan 0", `["0" []]`},
		{"keys *", `[]`},
		{"set \xff\x01k 2", `OK`},
		{"select 0", `OK`},
		{"keys *", `["k"]`},
		{"set \xff\x01k 0", `OK`},
		{"flushdb later", `-ERR syntax error`},
		{"flushdb sync async", `-ERR syntax error`},
		{"flushdb", `OK`},
		{"dbsize", `:0`},
		{"select 1", `OK`},
		{"mget k l m", `["1" "1" "1"]`},
		{"flushdb async", `OK`},
		{"select 2", `OK`},
		{"get \xff\x01k", `"2"`},
		{"reset", `RESET`},
		{"set k 0", `OK`},
		{"flushall nothing", `-ERR syntax error`},
		{"flushall SYNC", `OK`},
		{"dbsize", `:0`},
		{"select 2", `OK`},
		{"dbsize", `:0`},
	}},
}

func TestSessions(t *testing.T) {
	for _, tt := range sessions {
		t.Run(tt.name, func(t *testing.T) {
			c := start(t, memory(t)).dial()
			for _, s := range tt.steps {
				if got := c.do(s.args()...); got != s.reply {
					t.Errorf("%q: %s, want %s", s.command, got, s.reply)
				}
			}
		})
	}
}

// An engine without capabilities serves what needs none, and refuses the rest.
func TestPlainEngine(t *testing.T) {
	c := start(t, plainStore{memory(t)}).dial()
	for _, s := range []step{
		{"set k v", `OK`},
		{"get k", `"v"`},
		{"set k w nx", `nil`},
		{"set k w xx", `OK`},
		{"set n w nx", `OK`},
		{"set m w xx", `nil`},
		{"mget k x n", `["w" nil "w"]`},
		{"exists k n x", `:2`},
		{"del k n x", `:2`},
		{"mset a 1", `-ERR engine test does not support MSET`},
		{"scan 0", `-ERR engine test does not support SCAN`},
		{"dbsize", `-ERR engine test does not support DBSIZE`},
		{"keys *", `-ERR engine test does not support KEYS`},
		{"flushdb", `-ERR engine test does not support FLUSHDB`},
		{"flushall", `-ERR engine test does not support FLUSHALL`},
		{"select 3", `OK`},
		{"get k", `nil`},
		{"mset a 1", `-ERR engine test does not support MSET`},
		{"set k v px 1", `-ERR engine test does not support PX`},
	} {
		if got := c.do(s.args()...); got != s.reply {
			t.Errorf("%q: %s, want %s", s.command, got, s.reply)
		}
	}
}

func TestExpiry(t *testing.T) {
	s := &ttlStore{Store: memory(t)}
	c := start(t, s).dial()
	for _, tt := range []struct {
		command, reply string
		ttl            time.Duration
	}{
		{"set k v ex 10", "OK", 10 * time.Second},
		{"set k v PX 1500 XX", "OK", 1500 * time.Millisecond},
		{"set k v ex 5 nx", "nil", 0},
		{"set n v nx ex 5", "OK", 5 * time.Second},
		{"set n v", "OK", 0},
	} {
		s.ttl = 0
		if got := c.do(strings.Fields(tt.command)...); got != tt.reply || s.ttl != tt.ttl {
			t.Errorf("%q: %s with %v, want %s with %v", tt.command, got, s.ttl, tt.reply, tt.ttl)
		}
	}
}

func TestInfo(t *testing.T) {
	c := start(t, memory(t)).dial()
	if got := c.do("info"); !strings.Contains(got, "# Server") || !strings.Contains(got, "# Stats") || strings.Contains(got, "used_memory:0") ||
		!strings.Contains(got, `connected_clients:1\r\n`) {
		t.Errorf("info: %s", got)
	}
	if got := c.do("info", "STATS"); strings.Contains(got, "# Server") || !strings.Contains(got, "total_commands_processed:1") {
		t.Errorf("info stats: %s", got)
	}
	flagged := 0
	for _, cmd := range table() {
		if cmd.write || cmd.reads() {
			flagged++
		}
	}
	if got := c.do("command"); strings.Count(got, "[readonly]")+strings.Count(got, "[write]") != flagged || !strings.Contains(got, `["client|setinfo" :4 `) {
		t.Errorf("command: %s", got)
	}
}

// failingStore fails on purpose.
type failingStore struct {
	plainStore
	err error
}

func (s failingStore) Get(context.Context, []byte) ([]byte, error) {
	if s.err == nil {
		panic("a bug")
	}
	return nil, s.err
}
func (s failingStore) Put(context.Context, []byte, []byte) error { return s.err }
func (s failingStore) Delete(context.Context, []byte) error      { return s.err }

// Clients learn the kind of a failure, and nothing of the machine.
func TestStoreErrors(t *testing.T) {
	disk := fmt.Errorf("write /secret/path: no space left on device")
	for _, tt := range []struct {
		err   error
		reply string
	}{
		{&kvdb.Error{Op: "get", Kind: kvdb.ErrNoSpace, Err: disk}, "-ERR kvdb: get: no space"},
		{&kvdb.Error{Op: "get", Err: disk}, "-ERR kvdb: get"},
		{fmt.Errorf("outer: %w", &kvdb.Error{Op: "get", Kind: kvdb.ErrUnavailable}), "-ERR kvdb: get: unavailable"},
		{&kvdb.Error{Op: "get", Kind: kvdb.ErrTooLarge, Err: fmt.Errorf("above\r\n1 KiB")}, "-ERR kvdb: get: too large: above  1 KiB"},
		{disk, "-ERR the command failed"},
	} {
		c := start(t, failingStore{err: tt.err}).dial()
		for _, command := range []string{"get k", "set k v", "set k v nx", "del k", "del k l", "exists k", "mget k l"} {
			if got := c.do(strings.Fields(command)...); got != tt.reply {
				t.Errorf("%s: %s, want %s", command, got, tt.reply)
			}
		}
	}
}

// A panic costs its client the connection, and nobody else anything.
func TestPanic(t *testing.T) {
	s := start(t, failingStore{})
	other, c := s.dial(), s.dial()
	c.send(encode("get", "k"))
	c.closed()
	if got := other.do("ping"); got != "PONG" {
		t.Errorf("another client: %s", got)
	}
	if got := fmt.Sprint(s.messages()); got != "[command panicked]" {
		t.Errorf("lines %s", got)
	}
}

// newTestClient is a client without a connection, whose replies stay in out.
func newTestClient(store kvdb.Store) *client {
	s := &server{
		keys: newKeyspace(store, "test"), cursors: cursor.NewTable(scanLimits, resp.NewBudget(1<<20)), limits: defaultLimits,
		budget: resp.NewBudget(1 << 20), log: newServerLog(zap.NewNop()),
	}
	s.tracks = tracking.NewTable(s.limits.tracking(), s.budget)
	s.keys.tracks, s.keys.watchers = s.tracks, []watcher{&s.watches}
	return newClient(s, discard{}, 1)
}

// discard is a connection that takes everything.
type discard struct{ net.Conn }

func (discard) Write(b []byte) (int, error)      { return len(b), nil }
func (discard) SetWriteDeadline(time.Time) error { return nil }
func (discard) SetReadDeadline(time.Time) error  { return nil }
func (discard) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (discard) LocalAddr() net.Addr              { return &net.TCPAddr{} }

// Whatever the arguments are, the reply is one, and well formed; in both versions of the
// protocol, in a transaction too, and to the EXEC behind it.
func FuzzArguments(f *testing.F) {
	for _, tt := range sessions {
		for _, s := range tt.steps {
			f.Add(strings.Join(s.args(), "\n"))
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		store := kvdb.NewMemory(nil)
		defer store.Close()
		for _, stored := range []kvdb.Store{store, plainStore{store}, &ttlStore{Store: store}, &expiringStore{Memory: store, at: make(map[string]time.Time)}} {
			c := newTestClient(stored)
			for _, hello := range []string{"hello 2", "hello 3"} {
				for _, commands := range [][]string{{line}, {"multi", line, "exec"}} {
					c.run(t.Context(), splitWords("mset k v l w"))
					c.run(t.Context(), splitWords(hello))
					for _, command := range commands {
						c.out.Reset(fullReply)
						c.run(t.Context(), bytes.Split([]byte(command), []byte("\n")))
						oneReply(t, command, c.out.Bytes())
					}
					c.run(t.Context(), splitWords("reset"))
				}
			}
			if budget := c.server.budget; budget.Left()+c.replies != budget.Size() {
				t.Errorf("%q: %d bytes of %d are left", line, budget.Left(), budget.Size())
			}
		}
	})
}

func oneReply(t *testing.T, command string, replies []byte) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(replies))
	if _, err := readReply(r); err != nil {
		t.Errorf("the reply to %q is %q: %v", command, replies, err)
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("more than one reply to %q: %q", command, replies)
	}
}

func TestCommandsDoNotAllocate(t *testing.T) {
	store := memory(t)
	c := newTestClient(store)
	ctx := t.Context()
	c.run(ctx, splitWords("set k v"))
	c.run(ctx, splitWords("hello 3"))
	for _, args := range [][][]byte{
		{[]byte("GET"), []byte("k")}, {[]byte("get"), []byte("x")}, {[]byte("PING")}, {[]byte("EXISTS"), []byte("k")},
	} {
		if n := testing.AllocsPerRun(100, func() {
			c.out.Reset(fullReply)
			c.run(ctx, args)
		}); n != 0 {
			t.Errorf("%s: %v allocations", args[0], n)
		}
	}
	// The store in memory allocates for a write; the server adds nothing.
	key, value := []byte("k"), []byte("v")
	engine := testing.AllocsPerRun(100, func() { _ = store.Put(ctx, key, value) })
	args := [][]byte{[]byte("SET"), key, value}
	if n := testing.AllocsPerRun(100, func() {
		c.out.Reset(fullReply)
		c.run(ctx, args)
	}); n != engine {
		t.Errorf("SET: %v allocations, the engine alone %v", n, engine)
	}
}

func TestLongKey(t *testing.T) {
	c := start(t, memory(t), func(l *limits) { l.key = 8 }).dial()
	for _, args := range [][]string{{"set", "123456789", "v"}, {"mset", "k", "v", "123456789", "v"}} {
		if got := c.do(args...); got != "-ERR the key is longer than 8 bytes" {
			t.Errorf("%s: %s", args[0], got)
		}
	}
	if got := c.do("set", "12345678", "v"); got != "OK" {
		t.Errorf("a key of the limit: %s", got)
	}
}
