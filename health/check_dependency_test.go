package health

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := TCP("queue", l.Addr().String())
	if err := run(t, c); err != nil {
		t.Error(err)
	}
	l.Close()
	err = run(t, c)
	if v := verdictOf(err); v.status != StatusFail || !v.decisive || says(c, err) != "queue down" {
		t.Errorf("closed: %+v, %v", v, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestHTTP(t *testing.T) {
	var code int
	var body []byte
	var agent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		w.Header().Set("Location", "/other")
		if code == 0 { // too short
			w.Header().Set("Content-Length", "10")
			code = http.StatusOK
		}
		w.WriteHeader(code)
		_, _ = w.Write(body)
	}))
	defer server.Close()
	c := HTTP("search", server.URL+"/readyz", nil)
	for _, tc := range []struct {
		code int
		size int
		ok   bool
	}{
		{200, 0, true}, {204, 0, true}, {200, 1 << 20, true},
		{301, 0, false}, {404, 0, false}, {500, 0, false}, {503, 10, false}, {0, 3, false},
	} {
		code, body = tc.code, make([]byte, tc.size)
		err := run(t, c)
		if (err == nil) != tc.ok {
			t.Errorf("%d with %d bytes: %v", tc.code, tc.size, err)
		}
		if err != nil && says(c, err) != "search down" {
			t.Errorf("%d: says %q", tc.code, says(c, err))
		}
	}
	if agent != "otelkv-health" {
		t.Errorf("the agent is %q", agent)
	}
	code = 302
	following := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	if err := run(t, HTTP("search", server.URL, following)); err == nil {
		t.Error("redirected for ever")
	}
	server.Close()
	if v := verdictOf(run(t, c)); v.status != StatusFail || !v.decisive {
		t.Errorf("refused: %+v", v)
	}
}
