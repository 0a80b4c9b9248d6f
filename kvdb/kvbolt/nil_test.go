package kvbolt_test

import (
	"errors"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// A nil or zero store is closed, so the deferred Close beside an error of Open
// does no harm.
func TestNilReceivers(t *testing.T) {
	for _, s := range []*kvbolt.Store{nil, {}} {
		testutil.CallNil(t, s)
		for call, do := range calls(t, s) {
			wantKind(t, call, do(), kvdb.ErrClosed)
		}
		wantKind(t, "Verify", s.Verify(t.Context()), kvdb.ErrClosed)
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
	s, err := kvbolt.New(nil, nil)
	wantKind(t, "New", err, kvdb.ErrInvalidArgument)
	if s != nil {
		t.Errorf("New has a store beside its error: %v", s)
	}
	s, err = kvbolt.New(new(bolt.DB), nil)
	wantKind(t, "New of a zero handle", err, kvdb.ErrClosed)
	if s != nil {
		t.Errorf("New of a zero handle has a store beside its error: %v", s)
	}
	if s, err = kvbolt.Open("", nil); s != nil || !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Errorf("Open: %v, %v", s, err)
	}
}
