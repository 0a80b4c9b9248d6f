package program

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
)

// TestMain is also the program that the tests of a Life run.
func TestMain(m *testing.M) {
	if does := os.Getenv(livesVariable); does != "" {
		os.Exit(lives(strings.Split(does, ",")))
	}
	goleak.VerifyTestMain(m)
}

func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var stderr bytes.Buffer
	a := Address{Flag: "-listen", HostPort: taken.Addr().String()}
	l, err := a.Listen(t.Context(), "shop", &stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, reason := net.Listen("tcp", a.HostPort)
	if want := fmt.Sprintf("shop: %v; using %s instead (choose one with -listen)\n", reason, l.Addr()); stderr.String() != want {
		t.Errorf("%q, want %q", stderr.String(), want)
	}
	a.Given = true
	if l, err := a.Listen(t.Context(), "shop", &stderr); err == nil || !strings.Contains(err.Error(), "-listen: ") {
		t.Errorf("a given address that is taken: %v, %v", l, err)
	}
}

func TestCheck(t *testing.T) {
	if err := (Address{HostPort: "localhost:8080"}).Check(); err != nil {
		t.Error(err)
	}
	if err := (Address{Flag: "-admin", HostPort: "8080"}).Check(); err == nil || !strings.Contains(err.Error(), "-admin: ") {
		t.Errorf("error %v", err)
	}
}

func TestReachable(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:80": "127.0.0.1:80", "[::]:80": "localhost:80", "0.0.0.0:80": "localhost:80", "[::1]:80": "[::1]:80"} {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := Reachable(tcp); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

func TestDirectory(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	made, err := OpenDirectory("", "shop-")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(filepath.Base(made.Path), "shop-") {
		t.Errorf("the directory is %s", made.Path)
	}
	if err := made.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(made.Path); !os.IsNotExist(err) {
		t.Errorf("a temporary directory after Remove: %v", err)
	}
	given, err := OpenDirectory(temp, "shop-")
	if err != nil || given.Path != temp || given.Remove() != nil {
		t.Errorf("a directory of the user: %v, %v", given, err)
	}
	if _, err := os.Stat(temp); err != nil {
		t.Errorf("a directory of the user after Remove: %v", err)
	}
	t.Setenv("TMPDIR", filepath.Join(temp, "nowhere"))
	t.Setenv("TMP", filepath.Join(temp, "nowhere"))
	if _, err := OpenDirectory("", "shop-"); err == nil || !strings.Contains(err.Error(), "-dir") {
		t.Errorf("no place for a temporary directory: %v", err)
	}
}

func TestHTTPServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := ServeHTTP(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { Answer(w, http.StatusTeapot, "short") }), time.Minute, zap.NewNop())
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusTeapot || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s, %v", res.Status, res.Header)
	}
	s.Stop()
	select {
	case err := <-s.Failure():
		t.Errorf("Stop made the server fail: %v", err)
	default:
	}

	if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s = ServeHTTP(l, nil, time.Minute, zap.NewNop())
	defer s.Stop()
	l.Close()
	select {
	case err := <-s.Failure():
		if err == nil {
			t.Error("the listener is closed, and the server has no error")
		}
	case <-time.After(time.Minute):
		t.Error("the listener is closed, and the server does not fail")
	}
}
