package fault

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/kvdb"
)

// TestOpenRedisRefusals: what is there instead is said in bounded time, with what to do, and
// without what a URL says of users.
func TestOpenRedisRefusals(t *testing.T) {
	const secret = "not-for-anybody"
	locked := redisserver.Start(t, "--requirepass", secret)
	plain := redisserver.Start(t)
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	for name, c := range map[string]struct {
		at   program.Target
		says []string
	}{
		"nobody":         {program.Target{Addresses: process.FreeAddress(t)}, []string{"unavailable", "start it there, or look at -target"}},
		"silence":        {program.Target{Addresses: silent.Addr().String()}, []string{"see what it logs"}},
		"another server": {program.Target{Addresses: strings.TrimPrefix(web.URL, "http://")}, []string{"no Redis server", "look at -target"}},
		"TLS":            {program.Target{Addresses: "rediss://:" + secret + "@" + plain.Address}, []string{"does not speak TLS", plain.Address, "look at -target"}},
		"no password":    {program.Target{Addresses: locked.Address}, []string{program.PasswordVariable}},
		"wrong password": {program.Target{Addresses: "redis://:wrong-" + secret + "@" + locked.Address}, []string{"at " + locked.Address + ":", program.PasswordVariable}},
		"no URL":         {program.Target{Addresses: "http://:" + secret + "@host"}, []string{"no URL of Redis"}},
		"no address":     {program.Target{Addresses: secret + "@host:6379"}, []string{"an @ in it"}},
		"no sentinel":    {program.Target{Addresses: plain.Address, Master: "main"}, []string{"no sentinel listens there", "-master"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s, err := OpenRedis(t.Context(), c.at, "test", 0)
			if err == nil {
				_ = s.Close()
				t.Fatal("it opens")
			}
			if took := time.Since(began); took > process.Soon/2 {
				t.Errorf("it took %v", took)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("it quotes the password: %v", err)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v: it does not say %q", err, want)
				}
			}
		})
	}
}

// TestRedis: what a program does to a server that it does not own, and what it cannot.
func TestRedis(t *testing.T) {
	server := redisserver.Start(t)
	s, err := OpenRedis(t.Context(), program.Target{Addresses: "redis://" + server.Address}, "test", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, ok := kvdb.As[kvdb.PoolReader](s); !ok {
		t.Error("it has no pool")
	}
	w, err := s.Start(Program{Calls: s}, Fault{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, k := range w.Possible() {
		switch k {
		case Disk, FullDisk, Stall, SlowDisk, OldRead, Freelist, Engine, Idle, Restart, Telemetry:
			t.Errorf("it can have the fault %v", k)
		}
	}
	lags := func() map[string]time.Duration {
		t.Helper()
		lagger, _ := kvdb.As[kvdb.Lagger](s)
		for {
			lags, err := lagger.ReplicationLag(context.WithoutCancel(t.Context()))
			if err == nil {
				return lags
			}
			if t.Context().Err() != nil {
				t.Fatal(err)
			}
		}
	}
	if got := lags(); len(got) > 0 {
		t.Errorf("replicas without a fault: %v", got)
	}
	if err := w.Set(Fault{Kind: Lag}); err != nil {
		t.Fatal(err)
	}
	if got := lags()["simulated"]; got != lagBy {
		t.Errorf("the lag under the fault is %v", got)
	}
}
