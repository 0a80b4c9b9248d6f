package kvredis_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// bound is what Open may take, on a busy machine, too; the calls that it is about would
// take minutes, or for ever.
const bound = 20 * time.Second

// Each thing that can be wrong is one clear error, in bounded time.
func TestOpenMisfits(t *testing.T) {
	plain := startServer(t)
	secret := startServer(t, "--requirepass", "secret") // never asked without the password
	node := startServer(t, "--cluster-enabled", "yes")
	sentinel := startSentinel(t)
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close) // after the subtests
	secureWeb := httptest.NewUnstartedServer(http.NotFoundHandler())
	secureWeb.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are none
	secureWeb.StartTLS()
	t.Cleanup(secureWeb.Close)
	deaf := silent(t)
	url := func(scheme, at string) string { return scheme + "://" + at }
	for name, tt := range map[string]struct {
		target string
		redis  *redis.UniversalOptions
		kind   error
		says   string
	}{
		"nobody there":        {target: freeAddress(t), kind: kvdb.ErrUnavailable, says: "refused"},
		"no such name":        {target: "no-such-host.invalid:6379", kind: kvdb.ErrUnavailable, says: "no-such-host.invalid"},
		"no password":         {target: secret.address, kind: kvdb.ErrInvalidArgument, says: "wants a password"},
		"another password":    {target: url("redis", ":wrong@"+secret.address), kind: kvdb.ErrInvalidArgument, says: "does not know the user"},
		"an unknown user":     {target: url("redis", "who:secret@"+secret.address), kind: kvdb.ErrInvalidArgument, says: "does not know the user"},
		"no such database":    {target: url("redis", plain.address+"/99"), kind: kvdb.ErrInvalidArgument, says: "no database of that number"},
		"TLS too many":        {target: url("rediss", plain.address), kind: kvdb.ErrInvalidArgument, says: "does not speak TLS"},
		"a web server":        {target: hostOf(web), kind: kvdb.ErrInvalidArgument, says: "no Redis server"},
		"one with TLS":        {target: hostOf(secureWeb), kind: kvdb.ErrInvalidArgument, says: "wants TLS"},
		"nobody answers":      {target: deaf, kind: kvdb.ErrTimeout},
		"a node of a cluster": {target: node.address, kind: kvdb.ErrInvalidArgument, says: "IsClusterMode"},
		"no node":             {target: plain.address + ", " + plain.address, kind: kvdb.ErrInvalidArgument, says: "not part of a cluster"},
		"a sentinel":          {target: sentinel.address, kind: kvdb.ErrInvalidArgument, says: "MasterName"},
		"an unknown primary":  {target: sentinel.address, redis: &redis.UniversalOptions{MasterName: "shop"}, kind: kvdb.ErrInvalidArgument, says: `"shop"`},
		"sentinels away":      {target: freeAddress(t), redis: &redis.UniversalOptions{MasterName: "shop"}, kind: kvdb.ErrUnavailable, says: "refused"},
		"no sentinel":         {target: plain.address, redis: &redis.UniversalOptions{MasterName: "shop"}, kind: kvdb.ErrInvalidArgument, says: "no sentinel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s, err := kvredis.Open(t.Context(), tt.target, &kvredis.OpenOptions{Redis: tt.redis, Timeout: 2 * time.Second})
			if s != nil {
				t.Errorf("Open has a store beside its error: %v", s)
			}
			wantKind(t, "Open", err, tt.kind)
			if err != nil && (!strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "wrong")) {
				t.Errorf("Open: %v, want %q in it and no password", err, tt.says)
			}
			if took := time.Since(began); took > bound {
				t.Errorf("Open took %v", took)
			}
		})
	}
}

func TestOpenOfNonsense(t *testing.T) {
	for name, tt := range map[string]struct {
		target string
		opts   *kvredis.OpenOptions
		says   []string
	}{
		"nothing":               {"", nil, []string{"target is empty"}},
		"no URL":                {"http://secret@127.0.0.1", nil, []string{"no URL of Redis"}},
		"a broken URL":          {"redis://:secret%zz@127.0.0.1", nil, []string{"no URL of Redis"}},
		"no scheme":             {"default:secret@redis.example:6379", nil, []string{"redis://user:password@host:port"}},
		"no scheme, two nodes":  {"redis.example:6379,default:secret@redis.example:6379", nil, []string{"an @"}},
		"a comma in a password": {"default:secret,secret@redis.example:6379", nil, []string{"an @"}},
		"addresses in options":  {"", &kvredis.OpenOptions{Redis: &redis.UniversalOptions{Addrs: []string{"a:1", ":secret@b:1"}}}, []string{"an @"}},
		"a name for telemetry":  {"a:1", &kvredis.OpenOptions{Options: kvredis.Options{Address: "default:secret@a"}}, []string{"an @"}},
		"no port":               {"redis.example", nil, []string{"host:port"}},
		"an empty port":         {"redis.example:", nil, []string{"host:port"}},
		"no such port":          {"redis.example:99999", nil, []string{"host:port"}},
		"a port beyond any":     {"redis.example:99999999999999999999", nil, []string{"host:port"}},
		"a database":            {"redis.example:6379/0", nil, []string{"host:port"}},
		"a comma at the end":    {"redis.example:1,", nil, []string{"host:port"}},
		"one of two":            {"redis.example:1,redis.example:x:y", nil, []string{"host:port"}},
		"two in a URL":          {"redis://:secret@127.0.0.1:1,127.0.0.1:2", nil, []string{"several servers"}},
		"options in it":         {"redis://127.0.0.1:1?read_timeout=1s", nil, []string{"question mark"}},
		"two targets":           {"127.0.0.1:1", &kvredis.OpenOptions{Redis: &redis.UniversalOptions{Addrs: []string{"127.0.0.1:2"}}}, []string{"both"}},
		"all at once":           {"", &kvredis.OpenOptions{Timeout: -1, Options: kvredis.Options{Port: 99999}}, []string{"empty", "Timeout", "Port"}},
		"a port, no host":       {"127.0.0.1:1", &kvredis.OpenOptions{Options: kvredis.Options{Port: 1}}, []string{"needs an Address"}},
		"what go-redis refuses": {"127.0.0.1:1", &kvredis.OpenOptions{Redis: &redis.UniversalOptions{PoolSize: -1}}, []string{"options of the client"}},
	} {
		s, err := kvredis.Open(t.Context(), tt.target, tt.opts)
		wantKind(t, name, err, kvdb.ErrInvalidArgument)
		if s != nil {
			t.Errorf("%s: a store beside the error", name)
		}
		for _, says := range tt.says {
			if err != nil && (!strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("%s: %v, want %q in it and no password", name, err, says)
			}
		}
	}
}

// Open gives up when its context ends.
func TestOpenEnds(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kvredis.Open(gone, "127.0.0.1:1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a context that is over: %v", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := kvredis.Open(soon, silent(t), nil); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, kvdb.ErrTimeout) {
		t.Errorf("Open of what does not answer: %v", err)
	}
}

// A password, a database and TLS of a URL arrive; so does a socket.
func TestOpenURL(t *testing.T) {
	socket := t.TempDir() + "/redis.sock"
	if len(socket) > 100 {
		process.Missing(t, "a socket cannot have a path as long as that of TMPDIR")
	}
	s := startServer(t, "--unixsocket", socket)
	if err := s.connect(t).ACLSetUser(t.Context(), "shop", "on", ">secret", "~*", "+@all").Err(); err != nil {
		t.Fatal(err)
	}
	store := open(t, "redis://shop:secret@"+s.address+"/3", nil)
	put(t, store, "k", "v")
	if info := store.Describe(); info.Namespace != "3" || info.Address != s.host || info.Port != s.port {
		t.Errorf("it describes itself as %+v", info)
	}
	other := open(t, "unix://"+socket+"?db=3", nil)
	wantValue(t, other, "k", "v")
	if info := other.Describe(); info.Namespace != "3" || info.Address != socket || info.Port != 0 {
		t.Errorf("through a socket it describes itself as %+v", info)
	}
}

func TestOpenTLS(t *testing.T) {
	s := startTLS(t)
	_, err := kvredis.Open(t.Context(), s.address, nil)
	wantKind(t, "Open without TLS", err, kvdb.ErrInvalidArgument)
	if err != nil && !strings.Contains(err.Error(), "wants TLS") {
		t.Errorf("Open without TLS: %v", err)
	}
	_, err = kvredis.Open(t.Context(), "rediss://"+s.address, nil)
	wantKind(t, "Open with a certificate that nobody knows", err, kvdb.ErrUnavailable)
	if err != nil && !strings.Contains(err.Error(), "certificate") {
		t.Errorf("Open with a certificate that nobody knows: %v", err)
	}
	put(t, open(t, "rediss://"+s.address, &kvredis.OpenOptions{Redis: &redis.UniversalOptions{TLSConfig: s.options.TLSConfig}}), "k", "v")
}

// silent returns the address of what takes connections and says nothing.
func silent(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func hostOf(s *httptest.Server) string { return s.Listener.Addr().String() }

// Addresses that take connections and say nothing are looked at together, not each for so long.
func TestOpenOfManyThatAreSilent(t *testing.T) {
	var targets []string
	for range 20 {
		targets = append(targets, silent(t))
	}
	began := time.Now()
	_, err := kvredis.Open(t.Context(), strings.Join(targets, ","), &kvredis.OpenOptions{Timeout: 50 * time.Millisecond})
	wantKind(t, "Open", err, kvdb.ErrTimeout)
	if took := time.Since(began); took > bound {
		t.Errorf("Open took %v", took)
	}
}

// A server that goes away is seen in the dials of a client that is the store's own.
func TestDialsOfOpen(t *testing.T) {
	server := startServer(t)
	s, err := kvredis.Open(t.Context(), server.address, &kvredis.OpenOptions{Redis: &redis.UniversalOptions{MaxRetries: -1, DialerRetries: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if stats, err := s.PoolStats(t.Context()); err != nil || stats.Dials != (kvdb.FailedDials{}) {
		t.Errorf("PoolStats = %+v, %v", stats, err)
	}
	server.Kill(t)
	process.Eventually(t, "a dial that failed", func() bool {
		_, _ = s.Get(t.Context(), []byte("k"))
		stats, err := s.PoolStats(t.Context())
		return err == nil && stats.Dials.Unavailable > 0 && stats.Dials.Other == 0
	})
}
