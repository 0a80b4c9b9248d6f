package kvredis_test

import (
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil/adapter"
	"github.com/otelkv/otelkv/internal/testutil/decorated"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// Of a pool that has met nobody, it sleeps for up to a second after Close.
		goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

// What tests of all adapters have in common.
var (
	closeAtEnd, notices, readStats = adapter.CloseAtEnd, adapter.Notices, adapter.ReadStats
	put, wantValue, wantKind       = adapter.Put, adapter.WantValue, adapter.WantKind
)

func TestConformance(t *testing.T) {
	s := startServer(t)
	for name, fresh := range map[string]func(testing.TB) kvdb.Store{
		"Open": func(t testing.TB) kvdb.Store {
			s.flush(t)
			return open(t, s.address, nil)
		},
		"New": func(t testing.TB) kvdb.Store {
			s.flush(t)
			return borrow(t, s.connect(t), nil)
		},
	} {
		t.Run(name, func(t *testing.T) { kvtest.Run(t, fresh) })
	}
}

func TestDecorated(t *testing.T) {
	s := startServer(t)
	decorated.Run(t, func(t testing.TB) kvdb.Store {
		s.flush(t)
		return open(t, s.address, nil)
	})
}

func TestCapabilities(t *testing.T) {
	want := []string{
		"Batcher", "Describer", "Exister", "Lagger", "MultiGetter", "Notifier", "Pinger", "PoolReader", "PrefixScanner",
		"StatsReader", "Swapper", "TTLGetter", "TTLPutter",
	}
	if got := kvdb.Capabilities((*kvredis.Store)(nil)); !slices.Equal(got, want) {
		t.Errorf("a store has the capabilities\n%q, want\n%q", got, want)
	}
}

// flush empties the server.
func (s *server) flush(t testing.TB) {
	t.Helper()
	if err := s.connect(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, target string, opts *kvredis.OpenOptions) *kvredis.Store {
	t.Helper()
	s, err := kvredis.Open(t.Context(), target, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

// borrow returns a store on a client.
func borrow(t testing.TB, client redis.UniversalClient, opts *kvredis.Options) *kvredis.Store {
	t.Helper()
	s, err := kvredis.New(client, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}
