package origin_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/otelkv/otelkv/internal/origin"
)

var (
	loopback = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}
	public   = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 80}
	mapped   = &net.TCPAddr{IP: net.ParseIP("::ffff:192.0.2.7"), Port: 80}
	socket   = &net.UnixAddr{Name: "/run/x"}
)

// request is one that came in at an address; nil is unknown.
func request(at net.Addr, host, from string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPut, "/", http.NoBody)
	r.Host, r.RemoteAddr = host, from
	if at != nil {
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, at))
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestAllowed(t *testing.T) {
	for _, tt := range []struct {
		host string
		at   net.Addr
		want bool
	}{
		{"localhost", loopback, true},
		{"LocalHost.:8080", loopback, true},
		{"127.0.0.1:8080", loopback, true},
		{"127.1.2.3", nil, true},
		{"[::1]:8080", public, true},
		{"[::ffff:127.0.0.1]", public, true},
		{"192.0.2.7:8080", public, true},
		{"192.0.2.7", mapped, true},
		{"192.0.2.7", loopback, false},
		{"192.0.2.7", nil, false},
		{"192.0.2.8", public, false},
		{"shop.internal", public, true},
		{"Shop.Internal.:80", public, true},
		{"host.example", public, true},
		{"evil.example", public, false},
		{"evil.example", loopback, false},
		{"127.0.0.1.evil.example:80", loopback, false},
		{"localhost.evil.example", loopback, false},
		{"", loopback, false},
		{"evil.example", socket, true},
	} {
		if got := origin.Allowed(request(tt.at, tt.host, ""), []string{"shop.internal", "host.example."}); got != tt.want {
			t.Errorf("Host %q at %v: %t", tt.host, tt.at, got)
		}
	}
}

func TestCrossSite(t *testing.T) {
	for _, tt := range []struct {
		header []string
		want   bool
	}{
		{nil, false},
		{[]string{"Sec-Fetch-Site", "none"}, false},
		{[]string{"Sec-Fetch-Site", "same-origin"}, false},
		{[]string{"Sec-Fetch-Site", "same-origin", "Origin", "null"}, false},
		{[]string{"Sec-Fetch-Site", "same-site"}, true},
		{[]string{"Sec-Fetch-Site", "cross-site"}, true},
		{[]string{"Sec-Fetch-Site", "what comes next"}, true},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", "http://localhost:8080"}, true},
		{[]string{"Origin", "http://localhost:8080"}, false},
		{[]string{"Origin", "http://LOCALHOST:8080"}, false},
		{[]string{"Origin", "http://localhost:9090"}, true},
		{[]string{"Origin", "https://evil.example"}, true},
		{[]string{"Origin", "null"}, true},
		{[]string{"Origin", "http://%zz"}, true},
	} {
		if got := origin.CrossSite(request(loopback, "localhost:8080", "", tt.header...)); got != tt.want {
			t.Errorf("%v: %t", tt.header, got)
		}
	}
}

func TestHere(t *testing.T) {
	for _, tt := range []struct {
		name   string
		at     net.Addr
		from   string
		header []string
		want   bool
	}{
		{"loopback", loopback, "127.0.0.1:9", nil, true},
		{"another loopback address", loopback, "127.9.9.9:9", nil, true},
		{"IPv6", &net.TCPAddr{IP: net.IPv6loopback}, "[::1]:9", nil, true},
		{"mapped", loopback, "[::ffff:127.0.0.1]:9", nil, true},
		{"routed from a neighbour", loopback, "192.0.2.1:9", nil, false},
		{"rewritten by a middleware", loopback, "127.0.0.1", nil, false},
		{"at a public address", public, "127.0.0.1:9", nil, false},
		{"unknown", nil, "127.0.0.1:9", nil, false},
		{"nobody", loopback, "", nil, false},
		{"unix socket", socket, "@", nil, true},
		{"unix socket, by a proxy", socket, "@", []string{"X-Forwarded-For", "192.0.2.1"}, false},
		{"a proxy", loopback, "127.0.0.1:9", []string{"X-Forwarded-Proto", "https"}, false},
		{"a proxy of the standard", loopback, "127.0.0.1:9", []string{"Forwarded", "for=192.0.2.1"}, false},
		{"a proxy of nginx", loopback, "127.0.0.1:9", []string{"X-Real-IP", "192.0.2.1"}, false},
		{"a proxy that passes on", loopback, "127.0.0.1:9", []string{"Via", "1.1 proxy"}, false},
	} {
		if got := origin.Here(request(tt.at, "localhost", tt.from, tt.header...)); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}
