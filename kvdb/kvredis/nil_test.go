package kvredis_test

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

// A nil or zero store is closed, so the deferred Close beside an error of Open does no harm.
func TestNilReceivers(t *testing.T) {
	for _, s := range []*kvredis.Store{nil, {}} {
		testutil.CallNil(t, s)
		for call, do := range calls(t, s) {
			wantKind(t, call, do(), kvdb.ErrClosed)
		}
		wantKind(t, "Close", s.Close(), kvdb.ErrClosed)
		if got := notices(t, s); len(got) > 0 {
			t.Errorf("Notices: %v", got)
		}
		if got := s.Describe(); got != (kvdb.Info{}) {
			t.Errorf("Describe: %+v", got)
		}
	}
}

func TestNewOfNil(t *testing.T) {
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": "127.0.0.1:1"}})
	closing(t, ring)
	for name, client := range map[string]redis.UniversalClient{
		"nothing": nil, "a nil client": (*redis.Client)(nil), "a nil client of a cluster": (*redis.ClusterClient)(nil), "a ring": ring,
		"a zero client": &redis.Client{}, "a zero client of a cluster": &redis.ClusterClient{},
	} {
		s, err := kvredis.New(client, nil)
		wantKind(t, "New of "+name, err, kvdb.ErrInvalidArgument)
		if s != nil {
			t.Errorf("New of %s has a store beside its error: %v", name, s)
		}
	}
}

// calls returns every way to use a store, on the key "k".
func calls(t testing.TB, s *kvredis.Store) map[string]func() error {
	ctx, key := t.Context(), []byte("k")
	return map[string]func() error{
		"Get":            func() error { _, err := s.Get(ctx, key); return err },
		"Exists":         func() error { _, err := s.Exists(ctx, key); return err },
		"GetTTL":         func() error { _, err := s.GetTTL(ctx, key); return err },
		"GetMany":        func() error { _, err := s.GetMany(ctx, [][]byte{key}); return err },
		"Put":            func() error { return s.Put(ctx, key, key) },
		"PutTTL":         func() error { return s.PutTTL(ctx, key, key, 1) },
		"PutTTL of 0":    func() error { return s.PutTTL(ctx, key, key, 0) },
		"Delete":         func() error { return s.Delete(ctx, key) },
		"Apply":          func() error { return s.Apply(ctx, []kvdb.Mutation{{Key: key}, {Key: key}}) },
		"CompareAndSwap": func() error { _, err := s.CompareAndSwap(ctx, key, key, key); return err },
		"of nothing":     func() error { _, err := s.CompareAndSwap(ctx, key, nil, key); return err },
		"Ping":           func() error { return s.Ping(ctx) },
		"AppendStats":    func() error { _, err := s.AppendStats(ctx, nil); return err },
		"ReplicationLag": func() error { _, err := s.ReplicationLag(ctx); return err },
		"PoolStats":      func() error { _, err := s.PoolStats(ctx); return err },
		"ScanPrefix": func() (last error) {
			for _, err := range s.ScanPrefix(ctx, nil) {
				last = err
			}
			return last
		},
	}
}
