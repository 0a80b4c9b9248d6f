package health

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
)

// A want is a request and its answer.
type want struct {
	target string
	code   int
	body   string
}

// An exchange asks one probe after the other over one connection.
type exchange struct {
	conn net.Conn
	r    *bufio.Reader
}

func dial(t testing.TB, server *httptest.Server) (*exchange, error) {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		return nil, err
	}
	return &exchange{conn, bufio.NewReader(conn)}, nil
}

func (e *exchange) send(w want) error {
	_, err := fmt.Fprintf(e.conn, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", w.target)
	return err
}

// receive reads an answer with as little work as it can: the client shares the
// processors with the server that is measured.
func (e *exchange) receive(w want) error {
	code, length := 0, -1
	for {
		line, err := e.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if text, ok := bytes.CutPrefix(line, []byte("HTTP/1.1 ")); ok && len(text) > 3 {
			code, _ = strconv.Atoi(string(text[:3]))
		}
		if text, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, _ = strconv.Atoi(string(text))
		}
	}
	body := make([]byte, max(0, length))
	if _, err := io.ReadFull(e.r, body); err != nil {
		return err
	}
	if code != w.code || string(body) != w.body {
		return fmt.Errorf("%s: %d %q, want %d %q", w.target, code, body, w.code, w.body)
	}
	return nil
}

func (e *exchange) do(w want) error {
	if err := e.send(w); err != nil {
		return err
	}
	return e.receive(w)
}

// underLoad is a Health with a store that works and a disk that hangs, and what
// its probes have to answer.
func underLoad(t *testing.T) (*Health, *testutil.Faulty, *httptest.Server, []want) {
	t.Helper()
	disk := newSubject(hangs(t)).check("disk").Every(50 * time.Millisecond)
	disk.MaxAge = time.Minute
	store := testutil.NewFaulty()
	h := start(t, WithChecks(Ping("database", store).Every(time.Hour), disk))
	for state(t, h, "disk").Failures < 3 || state(t, h, "database").Status != StatusPass {
		runtime.Gosched()
	}
	store.Inject(func(context.Context, string) error {
		t.Error("a probe reached the store")
		return nil
	})
	server := httptest.NewServer(h.mux())
	t.Cleanup(server.Close)
	return h, store, server, []want{
		{"/healthz", 200, "alive\n"},
		{"/readyz/database", 200, "ready\n"},
		{"/readyz?exclude=disk", 200, "ready\n"},
		{"/readyz?exclude=disk&verbose", 200, "[+] database: pass\nready\n"},
		{"/startupz", 200, "started\n"},
		{"/readyz/nothing", 404, "no such check\n"},
	}
}

// TestManyProbes asks 100,000 times over 16 connections while a check hangs.
func TestManyProbes(t *testing.T) {
	const rounds, slowest = 5, 5 * time.Millisecond
	requests := 100_000
	if raceDetector || testing.Short() {
		requests /= 50
	}
	_, _, server, wants := underLoad(t)
	for range rounds {
		p99 := hammer(t, server, wants, requests)
		if t.Failed() || raceDetector || p99 < slowest {
			return
		}
		// Other work on the machine delays everybody: what does a handler take
		// that does nothing?
		idle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			answer(w, http.StatusOK, typeText, []byte("ready\n"))
		}))
		floor := hammer(t, idle, []want{{"/", 200, "ready\n"}}, requests)
		idle.Close()
		if floor > slowest/4 && p99 < 3*floor {
			t.Logf("p99 is %v, and %v of a handler that does nothing: the machine is busy", p99, floor)
			return
		}
	}
	t.Errorf("p99 is above %v in all of %d rounds", slowest, rounds)
}

// hammer asks so many times over 16 connections, checks every answer and that
// no goroutines pile up, and returns the 99th percentile of the latency.
func hammer(t *testing.T, server *httptest.Server, wants []want, requests int) time.Duration {
	t.Helper()
	const connections = 16
	latencies := make([][]time.Duration, connections)
	var clients, connected sync.WaitGroup
	connected.Add(connections)
	begin := make(chan struct{})
	for i := range connections {
		clients.Go(func() {
			e, err := dial(t, server)
			if err != nil {
				t.Error(err)
				connected.Done()
				return
			}
			defer e.conn.Close()
			err = e.do(wants[0])
			connected.Done()
			<-begin
			for n := 0; n < requests/connections && err == nil; n++ {
				sent := time.Now()
				err = e.do(wants[n%len(wants)])
				latencies[i] = append(latencies[i], time.Since(sent))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	connected.Wait()
	before, most := runtime.NumGoroutine(), 0
	close(begin)
	done := make(chan struct{})
	go func() { clients.Wait(); close(done) }()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		case <-time.After(10 * time.Millisecond):
			most = max(most, runtime.NumGoroutine())
		}
	}
	// While it serves a request, the server watches the connection with a
	// goroutine; the rest is for the waiting above.
	if most > before+connections+5 {
		t.Errorf("%d goroutines under load, %d before", most, before)
	}
	all := slices.Concat(latencies...)
	slices.Sort(all)
	if len(all) != requests/connections*connections {
		t.Fatalf("%d answers", len(all))
	}
	p99 := all[len(all)*99/100]
	t.Logf("%d probes: p50 %v, p99 %v, longest %v; %d goroutines, %d before",
		len(all), all[len(all)/2], p99, all[len(all)-1], most, before)
	return p99
}

// TestRudeClients has a thousand clients, of which many read slowly or hang up.
func TestRudeClients(t *testing.T) {
	const clients = 1000
	h, _, server, wants := underLoad(t)
	before := h.States()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			e, err := dial(t, server)
			if err != nil {
				t.Error(err)
				return
			}
			defer e.conn.Close()
			w := wants[i%len(wants)]
			switch i % 4 {
			case 0: // polite
				for n := 0; n < 10 && err == nil; n++ {
					err = e.do(w)
				}
			case 1: // reads a byte at a time
				if err = e.send(w); err == nil {
					e.r.Reset(slowly{e.conn})
					err = e.receive(w)
				}
			case 2: // hangs up before the answer
				err = e.send(w)
			case 3: // hangs up in the middle of the request
				_, err = io.WriteString(e.conn, "GET /readyz HT")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, s := range h.States() {
		if s.Name == scheduleName {
			continue // what it says of a busy machine is no work of the clients
		}
		if b := before[i]; s.Status != b.Status || !s.Since.Equal(b.Since) || !s.Ended.Equal(b.Ended) {
			t.Errorf("%s was %v, is %v", s.Name, b, s)
		}
	}
	e, err := dial(t, server)
	if err != nil {
		t.Fatal(err)
	}
	defer e.conn.Close()
	for _, w := range wants {
		if err := e.do(w); err != nil {
			t.Error(err)
		}
	}
}

type slowly struct{ r io.Reader }

func (s slowly) Read(b []byte) (int, error) {
	runtime.Gosched()
	return s.r.Read(b[:1])
}

func BenchmarkProbe(b *testing.B) {
	h := start(b, WithChecks(newSubject(passes).check("database"), newSubject(passes).check("disk")))
	for !h.Ready() {
		runtime.Gosched()
	}
	mux := h.mux()
	r := httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody)
	b.ReportAllocs()
	for b.Loop() {
		mux.ServeHTTP(httptest.NewRecorder(), r)
	}
}
