package kvredis

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

func TestAbsent(t *testing.T) {
	for err, want := range map[error]bool{
		nil: false, io.EOF: true, errNoPrimary: true, context.DeadlineExceeded: true,
		serverError("LOADING Redis is loading the dataset in memory"): true,
		serverError("MASTERDOWN Link with MASTER is down"):            true,
		serverError("BUSY Redis is busy running a script."):           false,
		serverError("NOAUTH Authentication required."):                false,
		serverError("WRONGPASS invalid username-password pair"):       false,
		serverError("NOPERM User shop has no permissions"):            false,
		serverError("ERR max number of clients reached"):              false,
		redis.ErrPoolTimeout: false, redis.ErrClosed: false, errPanicked: false,
	} {
		if got := absent(err); got != want {
			t.Errorf("%v: nobody answers: %t, want %t", err, got, want)
		}
	}
}

// A connection to what is no primary any more is left.
func TestReplicaIsLeft(t *testing.T) {
	dials := 0
	client := redis.NewClient(&redis.Options{Dialer: func(context.Context, string, string) (net.Conn, error) {
		dials++
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			buf := make([]byte, 1<<10)
			for {
				n, err := far.Read(buf)
				if err != nil {
					return
				}
				answer := "-ERR unknown command\r\n" // HELLO
				if bytes.Contains(buf[:n], []byte("info")) {
					answer = "$12\r\nrole:slave\r\n\r\n"
				}
				if _, err := io.WriteString(far, answer); err != nil {
					return
				}
			}
		}()
		return near, nil
	}})
	defer func() { _ = client.Close() }()
	l := newLookout(client, "", nil)
	defer l.close()
	for n := 1; n <= 2; n++ {
		if _, err := l.sight(t.Context()); !errors.Is(err, errNoPrimary) || dials != n {
			t.Errorf("look %d: %v, over connection %d", n, err, dials)
		}
	}
}

// A new primary that lacks the last beats writes them again, and a replica that has what there is
// keeps up.
func TestBeatsAfterFailover(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	look := func(run string, beat, arrived int64) *sight {
		return &sight{
			run: run, beat: beat, arrived: map[string]int64{"r": arrived},
			followers: []followed{{follower: follower{address: "r", online: true}}},
		}
	}
	var h history
	for n := int64(97); n <= 100; n++ {
		h.note(at(n), look("a", n, n-1), nil)
	}
	for n := int64(98); n <= 101; n++ {
		now := at(n + 12)
		h.note(now, look("b", n, n-1), nil)
		if lags, ok := h.lags(now); !ok || lags["r"] != 0 {
			t.Errorf("the lag at beat %d is %v, %t", n, lags, ok)
		}
	}
	h.note(at(115), look("b", 102, 99), nil)
	if lags, _ := h.lags(at(115)); lags["r"] != 3*time.Second {
		t.Errorf("the lag of what lacks beat 100, written anew at 112, is %v", lags)
	}
}

// So it is with offsets, where an equal one of the same process is no news.
func TestOffsetsAfterFailover(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	look := func(run string, offset, acknowledged float64) *sight {
		return &sight{
			run: run, offsets: map[string]float64{"": offset},
			followers: []followed{{follower: follower{address: "r", online: true, offset: acknowledged}}},
		}
	}
	var h history
	for i, tt := range []struct {
		seen *sight
		want time.Duration
	}{
		{look("a", 10, 10), 0},
		{look("a", 20, 10), 0},
		{look("a", 20, 10), time.Second},
		{look("a", 20, 10), 2 * time.Second},
		{look("b", 20, 10), 0},
		{look("b", 20, 10), time.Second},
		{look("b", 15, 10), 0},
	} {
		h.note(at(int64(i)), tt.seen, nil)
		if lags, _ := h.lags(at(int64(i))); lags["r"] != tt.want {
			t.Errorf("look %d: %v, want %v", i, lags["r"], tt.want)
		}
	}
}

func local(t *testing.T) *Store {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	t.Cleanup(func() { _ = client.Close() })
	s, err := New(client, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Close waits for calls and for the watch together.
func TestCloseWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := local(t)
		s.guard.enter()
		s.watch.begun, s.watch.cancel, s.watch.done = true, func() {}, make(chan struct{})
		began := time.Now()
		if err := s.Close(); err != nil || time.Since(began) != closeWait {
			t.Errorf("Close after %v: %v", time.Since(began), err)
		}
	})
}

// A call that outlives Close of a borrowed client fails by itself.
func TestErrorAfterClose(t *testing.T) {
	s := local(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.wrap(t.Context(), opGet, io.EOF); !errors.Is(err, kvdb.ErrUnavailable) {
		t.Error(err)
	}
	s.owned = s.client
	if err := s.wrap(t.Context(), opGet, io.EOF); !errors.Is(err, kvdb.ErrClosed) {
		t.Error(err)
	}
}

// A node that leaves the cluster during a scan does not close the store.
func TestScanOfLeavingNode(t *testing.T) {
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}})
	defer func() { _ = client.Close() }()
	s, err := New(client, nil)
	if err != nil {
		t.Fatal(err)
	}
	node := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	_ = node.Close()
	w := walk{store: s, ctx: t.Context(), match: "*", seen: newSeen()}
	if _, _, err := w.page(node, 0); !errors.Is(err, kvdb.ErrUnavailable) || errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("a store that is open: %v", err)
	}
	_ = s.Close()
	if _, _, err := w.page(node, 0); !errors.Is(err, kvdb.ErrClosed) {
		t.Errorf("a store that is closed: %v", err)
	}
}
