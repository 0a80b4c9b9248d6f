package kvredis_test

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// A lossy proxy passes requests on and, of those with a word in them, loses so many replies
// with their connection.
type lossy struct {
	address string
	word    []byte
	lose    atomic.Int64
}

func startLossy(t testing.TB, s *server, word string) *lossy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &lossy{address: l.Addr().String(), word: []byte(word)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(conn, s.address)
		}
	}()
	return p
}

func (p *lossy) serve(client net.Conn, address string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	request, reply := make([]byte, 1<<16), make([]byte, 1<<16)
	for { // one request at a time, as the tests send them
		n, err := client.Read(request)
		if err != nil {
			return
		}
		if _, err := server.Write(request[:n]); err != nil {
			return
		}
		m, err := server.Read(reply)
		if err != nil || bytes.Contains(request[:n], p.word) && p.lose.Add(-1) >= 0 {
			return
		}
		if _, err := io.Copy(client, bytes.NewReader(reply[:m])); err != nil {
			return
		}
	}
}

// A swap whose reply is lost is an error, and never a mismatch with what it did itself.
func TestSwapWithLostReply(t *testing.T) {
	for word, old := range map[string][]byte{"evalsha": []byte("1"), "nx": nil} {
		server := startServer(t)
		admin := server.connect(t)
		proxy := startLossy(t, server, word)
		s := open(t, proxy.address, nil)
		if old != nil {
			put(t, s, "k", "1")
			put(t, s, "other", "1") // so that the server knows the script
			if ok, err := s.CompareAndSwap(t.Context(), []byte("other"), old, old); !ok || err != nil {
				t.Fatalf("CompareAndSwap = %t, %v", ok, err)
			}
		}
		proxy.lose.Store(1)
		swapped, err := s.CompareAndSwap(t.Context(), []byte("k"), old, []byte("2"))
		wantKind(t, "CompareAndSwap whose reply is lost", err, kvdb.ErrUnavailable)
		if swapped {
			t.Error("it says that it swapped, beside an error")
		}
		if got, err := admin.Get(t.Context(), "k").Result(); got != "2" || err != nil {
			t.Errorf("the value is %q, %v", got, err)
		}
	}
}

// What can be done twice is tried again.
func TestPutWithLostReply(t *testing.T) {
	server := startServer(t)
	proxy := startLossy(t, server, "set")
	s := open(t, proxy.address, &kvredis.OpenOptions{Redis: &redis.UniversalOptions{DisableIdentity: true}})
	proxy.lose.Store(1)
	put(t, s, "k", "v")
	wantValue(t, s, "k", "v")
	if proxy.lose.Load() >= 0 {
		t.Error("no reply was lost")
	}
}
