package classify_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/classify"
)

// What real calls return, of the network and of files.
func TestReal(t *testing.T) {
	for _, c := range []struct {
		name string
		call func(t *testing.T) error
		want string
	}{
		{"refused", dialNobody, unavailable},
		{"refused, over HTTP", getNobody, unavailable},
		{"unknown host", func(t *testing.T) error {
			_, err := new(net.Dialer).DialContext(t.Context(), "tcp", "otelkv.invalid:1")
			return err
		}, unavailable},
		{"no socket", func(t *testing.T) error {
			_, err := new(net.Dialer).DialContext(t.Context(), "unix", filepath.Join(t.TempDir(), "none"))
			return err
		}, unavailable},
		{"deadline of a connection", func(t *testing.T) error {
			conn, _ := connected(t)
			_ = conn.SetReadDeadline(time.Unix(1, 0))
			return read(conn)
		}, timeout},
		{"reset", func(t *testing.T) error {
			conn, far := connected(t)
			_ = far.(*net.TCPConn).SetLinger(0)
			_ = far.Close()
			return read(conn)
		}, unavailable},
		{"end of a connection", func(t *testing.T) error {
			conn, far := connected(t)
			_ = far.Close()
			return read(conn)
		}, unavailable},
		{"closed by ourselves", func(t *testing.T) error {
			conn, _ := connected(t)
			_ = conn.Close()
			return read(conn)
		}, closed},
		{"canceled while dialing", func(t *testing.T) error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:1")
			return err
		}, canceled},
		{"too late to dial", func(t *testing.T) error {
			_, err := (&net.Dialer{Deadline: time.Unix(1, 0)}).DialContext(t.Context(), "tcp", "127.0.0.1:1")
			return err
		}, timeout},
		{"closed file", func(t *testing.T) error {
			f, err := os.Create(filepath.Join(t.TempDir(), "file"))
			if err != nil {
				t.Fatal(err)
			}
			_ = f.Close()
			_, err = f.WriteString("x")
			return err
		}, closed},
		{"no file", func(t *testing.T) error {
			_, err := os.Open(filepath.Join(t.TempDir(), "none"))
			return err
		}, other},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.call(t)
			if got := name(classify.Slot(context.Background(), err)); err == nil || got != c.want {
				t.Errorf("%v is %s, want %s", err, got, c.want)
			}
		})
	}
}

// nobody returns an address at which nobody listens.
func nobody(t *testing.T) string {
	l := listen(t)
	_ = l.Close()
	return l.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func dialNobody(t *testing.T) error {
	_, err := new(net.Dialer).DialContext(t.Context(), "tcp", nobody(t))
	return err
}

func getNobody(t *testing.T) error {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+nobody(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	return err
}

// connected returns both ends of a connection.
func connected(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l := listen(t)
	near, errNear := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	far, errFar := l.Accept()
	if err := errors.Join(errNear, errFar); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near, far
}

func read(r io.Reader) error {
	_, err := io.ReadFull(r, make([]byte, 1))
	return err
}
