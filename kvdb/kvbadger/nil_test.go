package kvbadger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
)

// A nil or zero store is closed, so the deferred Close beside an error of Open does
// no harm.
func TestNilReceivers(t *testing.T) {
	for _, receiver := range []any{(*kvbadger.Events)(nil), new(kvbadger.Events)} {
		testutil.CallNil(t, receiver)
	}
	ctx, key := t.Context(), []byte("k")
	for _, s := range []*kvbadger.Store{nil, {}} {
		testutil.CallNil(t, s)
		_, get := s.Get(ctx, key)
		_, appendGet := s.AppendGet(ctx, nil, key)
		_, exists := s.Exists(ctx, key)
		_, getTTL := s.GetTTL(ctx, key)
		_, many := s.GetMany(ctx, [][]byte{key})
		_, stats := s.AppendStats(ctx, nil)
		_, swap := s.CompareAndSwap(ctx, key, nil, nil)
		var scan error
		for _, scan = range s.Scan(ctx, kvdb.Range{}) {
		}
		for call, err := range map[string]error{
			"Get": get, "AppendGet": appendGet, "Exists": exists, "GetTTL": getTTL, "GetMany": many, "AppendStats": stats, "CompareAndSwap": swap, "Scan": scan,
			"Put": s.Put(ctx, key, key), "PutTTL": s.PutTTL(ctx, key, key, time.Hour), "PutTTL of none": s.PutTTL(ctx, key, key, 0),
			"Delete": s.Delete(ctx, key), "Apply": s.Apply(ctx, nil),
			"View":   s.View(ctx, func(kvdb.Reader) error { t.Error("a view of nothing"); return nil }),
			"Update": s.Update(ctx, func(kvdb.Txn) error { t.Error("an update of nothing"); return nil }),
			"Verify": s.Verify(ctx), "Ping": s.Ping(ctx), "Close": s.Close(),
		} {
			wantKind(t, call, err, kvdb.ErrClosed)
		}
		if got := notices(t, s); len(got) > 0 {
			t.Errorf("Notices: %v", got)
		}
		if got := s.Describe(); got != (kvdb.Info{}) {
			t.Errorf("Describe: %+v", got)
		}
	}
}

func TestNewOfNil(t *testing.T) {
	s, err := kvbadger.New(nil, nil)
	wantKind(t, "New", err, kvdb.ErrInvalidArgument)
	if s != nil {
		t.Errorf("New has a store beside its error: %v", s)
	}
	s, err = kvbadger.New(new(badger.DB), nil)
	wantKind(t, "New of a zero handle", err, kvdb.ErrClosed)
	if s != nil {
		t.Errorf("New of a zero handle has a store beside its error: %v", s)
	}
	if s, err = kvbadger.Open("", nil); s != nil || !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Errorf("Open: %v, %v", s, err)
	}
}
