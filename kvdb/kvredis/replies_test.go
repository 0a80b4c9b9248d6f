package kvredis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/internal/statistics"
)

// marked is what no text may quote.
const marked = "key-4711"

type serverError string

func (e serverError) Error() string { return string(e) }
func (serverError) RedisError()     {}

var mapping = []struct {
	err  error
	kind error // nil is none
	says string
}{
	{serverError("READONLY You can't write against a read only replica."), kvdb.ErrReadOnly, "replica"},
	{serverError("OOM command not allowed when used memory > 'maxmemory'."), kvdb.ErrNoSpace, "maxmemory"},
	{serverError("MISCONF Redis is configured to save RDB snapshots"), kvdb.ErrUnavailable, "disk"},
	{serverError("LOADING Redis is loading the dataset in memory"), kvdb.ErrUnavailable, "LOADING"},
	{serverError("MOVED 3999 127.0.0.1:6381"), kvdb.ErrUnavailable, "MOVED"},
	{serverError("ASK 3999 127.0.0.1:6381"), kvdb.ErrUnavailable, "ASK"},
	{serverError("TRYAGAIN Multiple keys request during rehashing of slot"), kvdb.ErrUnavailable, "TRYAGAIN"},
	{serverError("CLUSTERDOWN Hash slot not served"), kvdb.ErrUnavailable, "CLUSTERDOWN"},
	{serverError("MASTERDOWN Link with MASTER is down"), kvdb.ErrUnavailable, "MASTERDOWN"},
	{serverError("BUSY Redis is busy running a script."), kvdb.ErrUnavailable, "script"},
	{redis.ErrCrossSlot, kvdb.ErrInvalidArgument, "slots"},
	{serverError("WRONGTYPE Operation against a key holding the wrong kind of value script: " + marked), kvdb.ErrInvalidArgument, "string"},
	{serverError("NOAUTH Authentication required."), kvdb.ErrUnavailable, "password"},
	{serverError("WRONGPASS invalid username-password pair or user is disabled."), kvdb.ErrUnavailable, "password"},
	{serverError("NOPERM No permissions to access the '" + marked + "' key"), kvdb.ErrUnavailable, "user"},
	{serverError("ERR max number of clients reached"), kvdb.ErrUnavailable, "clients"},
	{serverError("ERR unknown command 'SETT', with args beginning with: '" + marked + "'"), kvdb.ErrInvalidArgument, "command"},
	{serverError("ERR string exceeds maximum allowed size (512MB)"), kvdb.ErrTooLarge, "size"},
	{serverError("ERR Error running script (call to f_12): @user_script:1: WRONGTYPE Operation against " + marked), kvdb.ErrInvalidArgument, "string"},
	{serverError("ERR Error running script (call to f_12): @user_script:1: -READONLY You can't write"), kvdb.ErrReadOnly, "replica"},
	{serverError("ERR Error running script (call to f_12): @user_script:1: " + marked), nil, "script"},
	{serverError("ERR something about " + marked), nil, "ERR: "},
	{serverError("NOGROUP about " + marked), nil, "NOGROUP: "},
	{serverError("NEWCODE about " + marked), nil, "an error: "},
	{serverError(marked), nil, "an error: "},
	{serverError(""), nil, "an error: "},
	{redis.ErrPoolTimeout, kvdb.ErrTimeout, "pool timeout"},
	{redis.ErrPoolExhausted, kvdb.ErrUnavailable, "exhausted"},
	{io.EOF, kvdb.ErrUnavailable, "EOF"},
	{io.ErrUnexpectedEOF, kvdb.ErrUnavailable, "EOF"},
	{onWire("dial", syscall.ECONNREFUSED), kvdb.ErrUnavailable, "127.0.0.1:6379"},
	{onWire("dial", os.ErrDeadlineExceeded), kvdb.ErrUnavailable, "dial"},
	{onWire("read", os.ErrDeadlineExceeded), kvdb.ErrTimeout, "timeout"},
	{onWire("read", syscall.ECONNRESET), kvdb.ErrUnavailable, "reset"},
	{&net.DNSError{Err: "no such host", Name: "redis.example", IsNotFound: true}, kvdb.ErrUnavailable, "redis.example"},
	{syscall.EMFILE, kvdb.ErrUnavailable, "open files"},
	{errors.New("redis: all sentinels specified in configuration are unreachable: EOF"), kvdb.ErrUnavailable, "sentinels"},
	{errors.New("redis: cluster has no nodes"), kvdb.ErrUnavailable, "nodes"},
	{fmt.Errorf("redis: can't parse %q", marked), nil, "no reply of Redis"},
	{&strconv.NumError{Func: "ParseInt", Num: marked, Err: strconv.ErrSyntax}, nil, "no reply of Redis"},
	{errors.New("redis: all ring shards are down"), kvdb.ErrUnavailable, "shards"},
	{fmt.Errorf("redis: all sentinels specified in configuration are unreachable: %w", errors.Join(errors.New(marked), io.EOF)), kvdb.ErrUnavailable, "unreachable: EOF"},
	{errors.New("redis: non-string key at position 1: " + marked), nil, "type *errors.errorString"},
	{errors.New("redis: function list unexpected key " + marked), nil, "type *errors.errorString"},
	{errors.New("redis: unexpected client info data (" + marked + ")"), nil, "no reply of Redis"},
	{errors.New("redis: can't marshal " + marked), nil, "encoding.BinaryMarshaler"},
	{errors.New("tls: " + marked), nil, "handshake"},
	{errors.New(marked), nil, "type *errors.errorString"},
	{fmt.Errorf(marked+": %w", syscall.EPIPE), kvdb.ErrUnavailable, syscall.EPIPE.Error()},
	{fmt.Errorf(marked+": %w", errors.Join(errors.New(marked), io.EOF)), kvdb.ErrUnavailable, "EOF"},
	{fmt.Errorf("%w, %w", errors.New(marked), errors.New(marked)), nil, "type *fmt.wrapErrors"},
	{&url.Error{Op: "Get", URL: marked, Err: errors.New(marked)}, kvdb.ErrUnavailable, "type *url.Error"},
	{onWire("dial", errors.New(marked)), kvdb.ErrUnavailable, "127.0.0.1:6379: an error of the type *errors.errorString"},
	{onWire("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED)), kvdb.ErrUnavailable, "connect: " + syscall.ECONNREFUSED.Error()},
	{onWire("remote error", errors.New(marked)), kvdb.ErrUnavailable, "alert"},
	{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, kvdb.ErrUnavailable, "does not look like"},
}

func onWire(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 6379}, Err: err}
}

func TestWrap(t *testing.T) {
	s := new(Store)
	for _, tt := range mapping {
		t.Run(tt.err.Error(), func(t *testing.T) {
			for _, err := range []error{tt.err, fmt.Errorf("%w", tt.err)} {
				checkWrapped(t, s.wrap(t.Context(), opGet, err), err, tt.kind)
				if text := s.wrap(t.Context(), opGet, err).Error(); !strings.Contains(text, tt.says) || strings.Contains(text, marked) {
					t.Errorf("it says %q, want %q in it and not %q", text, tt.says, marked)
				}
			}
		})
	}
	if err := s.wrap(t.Context(), opGet, nil); err != nil {
		t.Errorf("wrap(nil) = %v", err)
	}
	wantClosed := s.wrap(t.Context(), opGet, redis.ErrClosed)
	if e, ok := wantClosed.(*kvdb.Error); !ok || e.Kind != kvdb.ErrClosed {
		t.Errorf("that the client is closed became %v", wantClosed)
	}
}

func checkWrapped(t *testing.T, got, cause, kind error) {
	t.Helper()
	if e, ok := got.(*kvdb.Error); !ok || e.Op != opGet || e.Kind != kind || !errors.Is(got, cause) {
		t.Errorf("%#v, want an *kvdb.Error of get with the kind %v and the cause %v", got, kind, cause)
	}
}

// The end of the caller's context is told as such, and that of one of go-redis' own as
// nobody's cancellation; what the server said goes before either.
func TestWrapOfContexts(t *testing.T) {
	s := new(Store)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.wrap(gone, opGet, io.EOF); !errors.Is(err, context.Canceled) || errors.Is(err, kvdb.ErrUnavailable) {
		t.Errorf("a connection that ends with the context: %v", err)
	}
	if err := s.wrap(gone, opGet, serverError("OOM no")); errors.Is(err, context.Canceled) || !errors.Is(err, kvdb.ErrNoSpace) {
		t.Errorf("a reply of the server that came before: %v", err)
	}
	if err := s.wrap(t.Context(), opGet, fmt.Errorf("dial: %w", context.Canceled)); errors.Is(err, context.Canceled) || !errors.Is(err, kvdb.ErrUnavailable) {
		t.Errorf("a context that is not the caller's: %v", err)
	}
	s.owned = new(redis.Client)
	s.guard.close()
	if err := s.wrap(t.Context(), opGet, io.EOF); !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("a connection that ends with the store: %v", err)
	}
}

// Whatever the server says, none of it but its code is in the text.
func FuzzReplied(f *testing.F) {
	for _, tt := range mapping {
		f.Add(tt.err.Error())
	}
	f.Fuzz(func(t *testing.T, said string) {
		if text, _ := replied(said + " " + marked); text == "" || strings.Contains(text, marked) {
			t.Errorf("of %q the text is %q", said, text)
		}
	})
}

func TestSlots(t *testing.T) {
	for key, want := range map[string]int{ // by CLUSTER KEYSLOT
		"": 0, "foo": 12182, "bar": 5061, "{foo}1": 12182, "a{foo}{bar}": 12182, "123456789": 12739,
	} {
		if got := slotOf([]byte(key)); got != want {
			t.Errorf("the slot of %q is %d, want %d", key, got, want)
		}
	}
	slots := bySlot([]string{"foo", "bar", "{foo}1", "bar"})
	if len(slots) != 2 || fmt.Sprint(slots[0]) != "{5061 [bar bar] [1 3]}" || fmt.Sprint(slots[1]) != "{12182 [foo {foo}1] [0 2]}" {
		t.Errorf("by slots: %v", slots)
	}
}

func TestSeen(t *testing.T) {
	s := newSeen()
	for _, want := range []bool{true, false, false} {
		for _, key := range []string{"", "a", "b"} {
			if got := s.first(key); got != want {
				t.Errorf("first(%q) = %t, want %t", key, got, want)
			}
		}
	}
}

func TestShards(t *testing.T) {
	const before = "a 127.0.0.1:1@2 myself,master - 0 0 1 connected 0-5460 5462\n" +
		"b 127.0.0.1:2@3 master - 0 0 2 connected 5461 [5462->-a]\nc 127.0.0.1:3@4 slave a 0 0 1 connected\nd 127.0.0.1:4@5 master - 0 0 3 connected\n"
	primaries, down := shards(before)
	if fmt.Sprint(primaries) != "map[0-5460 5462:a 5461:b]" || down {
		t.Errorf("shards: %v, %t", primaries, down)
	}
	primaries, down = shards(strings.Replace(before, "myself,master", "master,fail", 1))
	if len(primaries) != 2 || !down {
		t.Errorf("shards without a primary: %v, %t", primaries, down)
	}
}

// A topology is told of each second, from the first on.
func TestTopology(t *testing.T) {
	at := time.Unix(0, 0)
	one, other := &sight{primaries: map[string]string{"": "a"}}, &sight{primaries: map[string]string{"": "b"}}
	var top topology
	for i, tt := range []struct {
		seen      *sight
		gap       time.Duration
		changed   bool
		failovers int
		without   time.Duration
	}{
		{nil, 0, false, 0, 0}, // there was none to miss yet
		{one, 0, false, 0, 0},
		{one, 0, false, 0, 0},
		{nil, 0, false, 0, 0},
		{nil, 0, false, 0, time.Second},
		{other, 2 * time.Second, true, 1, 2 * time.Second},
		{other, 0, false, 1, 2 * time.Second},
		{one, 0, true, 2, 2 * time.Second},
		{&sight{primaries: one.primaries, down: true}, 0, false, 2, 2 * time.Second},
		{one, time.Second, false, 2, 3 * time.Second},
	} {
		var err error
		if tt.seen == nil {
			err = io.EOF
		}
		gap, changed := top.note(at, at, tt.seen, err)
		if gap != tt.gap || changed != tt.changed || top.failovers != tt.failovers || top.until(at) != tt.without {
			t.Errorf("look %d: %v, %t, %d fail-overs and %v, want %+v", i, gap, changed, top.failovers, top.until(at), tt)
		}
		at = at.Add(time.Second)
	}
}

// Counters go on through a restart, and a fail-over adds nothing of another server's past.
func TestTally(t *testing.T) {
	commands := slices.IndexFunc(stats, func(s statistics.Row[server]) bool { return s.Name == "kvdb.engine.commands" })
	at := time.Unix(0, 0)
	var tl tally
	for i, tt := range []struct {
		run, uptime, count string
		want               float64
	}{
		{"a", "500", "100", 100},
		{"a", "510", "130", 130},
		{"b", "3", "7", 137},
		{"b", "13", "9", 139},
		{"c", "9000", "5000", 139},
		{"c", "9010", "5001", 140},
	} {
		at = at.Add(10 * time.Second)
		got := tl.read(at, []info{{"run_id": tt.run, "uptime_in_seconds": tt.uptime, "total_commands_processed": tt.count}}, 0)
		if got[commands] != tt.want {
			t.Errorf("reading %d: %v commands, want %v", i, got[commands], tt.want)
		}
	}
}

func TestMarks(t *testing.T) {
	var m marks
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	for s, n := range []float64{5, 6, 6, 9} {
		m = m.add(n, at(int64(s)))
	}
	for n, want := range map[float64]time.Time{4: at(0), 5: at(1), 6: at(3), 8: at(3), 9: {}, 10: {}} {
		if got := m.missed(n); !got.Equal(want) {
			t.Errorf("what is above %v is missed since %v, want %v", n, got, want)
		}
	}
	if m = m.add(5, at(9)); len(m) != 1 || !m.missed(4).Equal(at(0)) {
		t.Errorf("after a step back: %v", m)
	}
	if m = m.add(2, at(10)); len(m) != 1 || !m.missed(0).Equal(at(10)) {
		t.Errorf("after a step far back: %v", m)
	}
	for n := range 3 * mostMarks {
		m = m.add(float64(n+10), at(int64(n)))
	}
	if len(m) != mostMarks {
		t.Errorf("%d marks are kept", len(m))
	}
}
