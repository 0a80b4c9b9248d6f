package pprofx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil"
)

const token = "correct horse battery staple"

func TestStrangers(t *testing.T) {
	_, open := serving(t, WithHosts("shop.internal"))
	_, closed := serving(t, WithToken(token))
	for _, c := range []struct {
		name, url string
		header    []string
		want      int
	}{
		{"local", open, nil, 200},
		{"by name", open, []string{"Host", "localhost:6060"}, 200},
		{"by name in full", open, []string{"Host", "LocalHost."}, 200},
		{"IPv6", open, []string{"Host", "[::1]:6060"}, 200},
		{"another loopback address", open, []string{"Host", "127.1.2.3"}, 200},
		{"by a configured name", open, []string{"Host", "Shop.Internal:80"}, 200},
		{"foreign Host", open, []string{"Host", "evil.example"}, 403},
		{"foreign Host with loopback in it", open, []string{"Host", "127.0.0.1.evil.example:6060"}, 403},
		{"foreign address", open, []string{"Host", "192.0.2.1"}, 403},
		{"foreign Host with the token", closed, []string{"Host", "evil.example", "Authorization", "Bearer " + token}, 403},
		{"link to the index", open, []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"page of another site", open + "heap", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"page of another port", open + "heap", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"the page itself", open + "heap", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"through a proxy", open, []string{"X-Forwarded-For", "192.0.2.1"}, 403},
		{"through a proxy that names its protocol alone", open, []string{"X-Forwarded-Proto", "https"}, 403},
		{"through a proxy with the token", closed, []string{"X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer " + token}, 200},
		{"no token", closed, nil, 401},
		{"wrong token", closed, []string{"Authorization", "Bearer " + token + "r"}, 401},
		{"part of the token", closed, []string{"Authorization", "Bearer " + token[:5]}, 401},
		{"empty token", closed, []string{"Authorization", "Bearer "}, 401},
		{"another scheme", closed, []string{"Authorization", "Digest " + token}, 401},
		{"token", closed, []string{"Authorization", "bearer " + token}, 200},
		{"token for heap", closed + "heap", []string{"Authorization", "Bearer " + token}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := get(t, c.url, c.header...)
			if res.status != c.want {
				t.Errorf("%d, want %d: %s", res.status, c.want, res.body)
			}
			if challenge := res.header.Get("WWW-Authenticate"); (challenge != "") != (c.want == 401) {
				t.Errorf("the challenge %q", challenge)
			}
		})
	}
}

// TestPassword: go tool pprof takes the token from the URL.
func TestPassword(t *testing.T) {
	_, url := serving(t, WithToken("0123456789abcdef"))
	dir := t.TempDir()
	with := strings.Replace(url, "://", "://me:0123456789abcdef@", 1)
	if out := goTool(t, dir, "pprof", "-raw", with+"heap"); !strings.Contains(out, "Samples:") {
		t.Error(out)
	}
	cmd := exec.CommandContext(t.Context(), "go", "tool", "pprof", "-raw", url+"heap")
	cmd.Env = append(os.Environ(), "PPROF_TMPDIR="+dir)
	if out, err := cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("credentials are needed")) {
		t.Errorf("without the token: %v, %s", err, out)
	}
}

func TestPublicAddress(t *testing.T) {
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:6060"} {
		p, err := Start(WithAddress(address))
		if p != nil || !errors.Is(err, ErrCredentials) || !strings.Contains(err.Error(), "credentials") {
			t.Errorf("%s: %v", address, err)
		}
	}
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(WithListener(l)); !errors.Is(err, ErrCredentials) {
		t.Errorf("a public listener: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the refused listener is open: %v", err)
	}
	for _, unfit := range []string{"", "secret", token + "\n", " " + token, "täuschend sicher genug"} {
		if _, err := Start(WithAddress(":0"), WithToken(unfit)); !errors.Is(err, ErrCredentials) {
			t.Errorf("the token %q: %v", unfit, err)
		}
	}
	p := start(t, WithAddress(":0"), WithToken(token))
	_, port, _ := net.SplitHostPort(p.Addr().String())
	if res := get(t, "http://127.0.0.1:"+port+prefix, "Authorization", "Bearer "+token); res.status != 200 {
		t.Errorf("a public address with a token: %d", res.status)
	}
}

// TestMounted: the handler guards itself on whichever listener it is mounted.
func TestMounted(t *testing.T) {
	log, lines := testutil.NewLog(t, zap.InfoLevel)
	p := start(t, WithLogger(log))
	remote := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 80}
	for _, c := range []struct {
		name  string
		local net.Addr
		from  string
		host  string
		want  int
	}{
		{"loopback", &net.TCPAddr{IP: net.IPv6loopback}, "[::1]:9", "localhost", 200},
		{"loopback, mapped", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, "[::ffff:127.0.0.1]:9", "localhost", 200},
		{"loopback, routed from a neighbour", &net.TCPAddr{IP: net.IPv6loopback}, "192.0.2.1:9", "localhost", 403},
		{"loopback, rewritten by a middleware", &net.TCPAddr{IP: net.IPv6loopback}, "127.0.0.1", "localhost", 403},
		{"unix socket", &net.UnixAddr{Name: "/run/x"}, "@", "anything", 200},
		{"public, by its address", remote, "127.0.0.1:9", "192.0.2.7", 403},
		{"public, by a loopback name", remote, "127.0.0.1:9", "localhost", 403},
		{"unknown", nil, "127.0.0.1:9", "localhost", 403},
	} {
		r := httptest.NewRequest(http.MethodGet, prefix, http.NoBody)
		r.Host, r.RemoteAddr = c.host, c.from
		if c.local != nil {
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, c.local))
		}
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d: %s", c.name, w.Code, c.want, w.Body)
		}
	}
	if all := logged(t, lines); len(all) != 1 || all[0]["message"] != "profiles refused" || all[0]["client_ip"] != "192.0.2.1" {
		t.Errorf("five refusals within a minute are logged as %v", all)
	}
	q := start(t, WithToken(token))
	r := httptest.NewRequest(http.MethodGet, prefix, http.NoBody)
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(remote)))
	r.Host = "192.0.2.7:80"
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	if q.Handler().ServeHTTP(w, r); w.Code != 200 {
		t.Errorf("a scraper with the token: %d %s", w.Code, w.Body)
	}
}

func TestUnixSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	path := filepath.Join(t.TempDir(), "s")
	dead, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(WithAddress("unix:" + path)); err == nil {
		t.Error("the socket of a living process was taken")
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	dead.Close()

	p := start(t, WithAddress("unix:"+path))
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	c := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", p.Addr().String())
		},
	}}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://shop"+prefix+"heap", http.NoBody)
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%d", res.StatusCode)
	}

	if r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, "http://shop"+prefix, http.NoBody); err != nil {
		t.Fatal(err)
	}
	index, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Body.Close()
	if page, err := io.ReadAll(index.Body); err != nil || !bytes.Contains(page, []byte("curl --unix-socket "+path)) {
		t.Errorf("the page does not say how to connect: %s, %v", page, err)
	}

	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(WithAddress("unix:" + file)); err == nil {
		t.Error("a file was taken for a socket")
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}
