package webserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(testutil.AllLines(m, "otelsetup/observe", elsewhere...))
}

// elsewhere are lines that packages observe and outbox write.
var elsewhere = []catalog.Message{catalog.Observing, catalog.ObservingEnded, catalog.AddressTaken, catalog.HTTPServerReported}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func silent() *outbox.Log { return outbox.NewLog(zap.NewNop()) }

// A server that is not there needs no questions.
func TestNoServer(t *testing.T) {
	var s *Server
	if s.Addr() != nil || s.Failed() != nil || s.Stop(t.Context()) != nil {
		t.Error("a nil server is one")
	}
}

// One that is stopped before it has begun leaves no listener behind.
func TestStopAtOnce(t *testing.T) {
	for range 100 {
		s := Start(listen(t), http.NotFoundHandler(), "", silent())
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c, err := net.Dial("tcp", s.Addr().String()); err == nil {
			c.Close()
			t.Fatal("the listener is open")
		}
	}
}

// One that cannot begin refuses clients: nobody would accept them.
func TestCannotBegin(t *testing.T) {
	l := listen(t)
	s := Start(l, http.NotFoundHandler(), filepath.Join(t.TempDir(), "missing.yml"), silent())
	if err := <-s.Failed(); err == nil {
		t.Error("it serves without its configuration")
	}
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		c.Close()
		t.Error("the listener is open")
		_ = l.Close()
	}
	if err := s.Stop(t.Context()); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Errorf("Stop: %v", err)
	}
}

// Who sends a header that has no end is not listened to.
func TestHeaderIsBounded(t *testing.T) {
	s := Start(listen(t), http.NotFoundHandler(), "", silent())
	defer s.Stop(t.Context())
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("x", 64<<10))
	}()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("it answers %s", res.Status)
	}
}

// TestConnectionsAreBounded: the one too many waits until another one is gone.
func TestConnectionsAreBounded(t *testing.T) {
	s := Start(listen(t), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "", silent())
	defer s.Stop(t.Context())
	dial := func() net.Conn {
		c, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	ask := func(c net.Conn, patience time.Duration) error {
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		_ = c.SetReadDeadline(time.Now().Add(patience))
		_, err := c.Read(make([]byte, 1))
		return err
	}
	var first net.Conn
	for i := range maxConnections {
		c := dial()
		defer c.Close()
		if err := ask(c, time.Minute); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		if i == 0 {
			first = c
		}
	}
	further := dial()
	defer further.Close()
	if err := ask(further, 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("connection %d: %v", maxConnections, err)
	}
	first.Close()
	_ = further.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := further.Read(make([]byte, 1)); err != nil {
		t.Errorf("after one is gone: %v", err)
	}
}

// TestFileThatBreaks: while nobody can read the file, nobody is answered, and the
// log says why, now and then.
func TestFileThatBreaks(t *testing.T) {
	core, seen := observer.New(zapcore.InfoLevel)
	lines := outbox.NewLog(zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core())))
	file := filepath.Join(t.TempDir(), "web.yml")
	if err := os.WriteFile(file, []byte("http_server_config:\n  http2: false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Check(file); err != nil {
		t.Fatal(err)
	}
	s := Start(listen(t), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), file, lines)
	defer s.Stop(t.Context())
	get := func() int {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
		res, err := client.Get("http://" + s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if status := get(); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if err := os.WriteFile(file, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if status := get(); status != http.StatusInternalServerError {
			t.Errorf("status %d", status)
		}
	}
	if left := lines.Close(t.Context()); left != 0 {
		t.Errorf("%d lines are left", left)
	}
	all := seen.All()
	if len(all) != 1 || !strings.Contains(all[0].ContextMap()["error"].(string), "nonsense") {
		t.Errorf("the lines are %v", all)
	}
}

// What strangers cause is a line in ten seconds, which counts the others.
func TestToolkitLogIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, seen := observer.New(zapcore.DebugLevel)
		lines := outbox.NewLog(zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core())))
		logger := slog.New(newToolkitLog(lines)).With("a", 1).WithGroup("b")
		for range 25 {
			logger.Info("TLS is disabled.")
			logger.Error("Unable to parse configuration", "err", "line 1")
			time.Sleep(time.Second)
		}
		if left := lines.Close(context.Background()); left != 0 {
			t.Errorf("%d lines are left", left)
		}
		var suppressed []int64
		for _, line := range seen.All() {
			fields := line.ContextMap()
			if line.Message != "web configuration reported" || fields["detail"] != "Unable to parse configuration" || fields["error"] != "line 1" {
				t.Errorf("%s %v", line.Message, fields)
			}
			n, _ := fields["suppressed"].(int64)
			suppressed = append(suppressed, n)
		}
		if len(suppressed) != 3 || suppressed[0] != 0 || suppressed[1] != 9 || suppressed[2] != 9 {
			t.Errorf("suppressed: %v", suppressed)
		}
	})
}

// A server that ends by itself says why.
func TestFailed(t *testing.T) {
	core, seen := observer.New(zapcore.InfoLevel)
	lines := outbox.NewLog(zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core())))
	l := listen(t)
	s := Start(l, http.NotFoundHandler(), "", lines)
	defer s.Stop(t.Context())
	l.Close()
	if err := <-s.Failed(); err == nil {
		t.Error("it does not say why")
	}
	if left := lines.Close(t.Context()); left != 0 || seen.FilterMessage("observability no longer served").Len() != 1 {
		t.Errorf("the lines are %v", seen.All())
	}
}

// An answer that is not read is cut off when the time is over.
func TestStopCutsOff(t *testing.T) {
	asked := make(chan struct{})
	s := Start(listen(t), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}), "", silent())
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	<-asked
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(over); err != nil {
		t.Error(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is open")
	}
}
