package instrument_test

import (
	"net"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
)

func TestCountConnections(t *testing.T) {
	registry, reader := instrument.NewRegistry(), newMeterReader()
	producer := registry.NewProducer()
	for _, c := range []struct {
		name    string
		option  instrument.Option
		collect func() testutil.Samples
	}{
		{"registry", instrument.WithRegistry(registry), func() testutil.Samples { return testutil.Collect(t, producer) }},
		{"provider", instrument.WithMeterProvider(reader.provider), func() testutil.Samples { return reader.collect(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "registry" && len(c.collect().Find("kvdb.connections")) > 0 {
				t.Error("there are connections without a listener")
			}
			bare, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			l, err := instrument.CountConnections(bare, c.option)
			if err != nil {
				t.Fatal(err)
			}
			want := func(n float64) {
				t.Helper()
				got := c.collect().Find("kvdb.connections")
				if len(got) != 1 || got[0].Value != n || len(got[0].Attributes) > 0 {
					t.Errorf("there is %v, want %v connections", got, n)
				}
			}
			want(0)
			var conns []net.Conn
			for i := range 3 {
				client, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				conn, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				if _, ok := conn.(interface{ NetConn() net.Conn }).NetConn().(*net.TCPConn); !ok {
					t.Errorf("NetConn is no TCP connection")
				}
				conns = append(conns, conn)
				want(float64(i + 1))
			}
			_ = conns[0].Close()
			_ = conns[0].Close()
			want(2)
			for _, conn := range conns[1:] {
				_ = conn.Close()
			}
			want(0)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Accept(); err == nil {
				t.Error("a closed listener accepts")
			}
			want(0)
		})
	}
	for name, call := range map[string]func() (net.Listener, error){
		"the listener is nil": func() (net.Listener, error) { return instrument.CountConnections(nil) },
		"the registry is a zero value": func() (net.Listener, error) {
			return instrument.CountConnections(&net.TCPListener{}, instrument.WithRegistry(new(instrument.Registry)))
		},
	} {
		if _, err := call(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error %v does not say %q", err, name)
		}
	}
}
