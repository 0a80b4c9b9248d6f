package kvpebble_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// What is nil or zero does no harm.
func TestNilReceivers(t *testing.T) {
	for _, receiver := range []any{
		(*kvpebble.Store)(nil), new(kvpebble.Store), (*kvpebble.Events)(nil), new(kvpebble.Events),
	} {
		testutil.CallNil(t, receiver)
	}
}

// A nil or zero store is closed, so a deferred Close beside an error of Open is
// one more error, and not a panic.
func TestNilStoreIsClosed(t *testing.T) {
	ctx, key := t.Context(), []byte("key")
	for _, s := range []*kvpebble.Store{nil, {}} {
		_, get := s.Get(ctx, key)
		_, appendGet := s.AppendGet(ctx, nil, key)
		_, exists := s.Exists(ctx, key)
		_, getSized := s.GetSized(ctx, key, nil)
		_, stats := s.AppendStats(ctx, nil)
		var scan, scanPrefix error
		for _, scan = range s.Scan(ctx, kvdb.Range{}) {
		}
		for _, scanPrefix = range s.ScanPrefix(ctx, key) {
		}
		for call, err := range map[string]error{
			"Get": get, "AppendGet": appendGet, "Exists": exists, "GetSized": getSized, "AppendStats": stats, "Scan": scan, "ScanPrefix": scanPrefix,
			"Put": s.Put(ctx, key, key), "Delete": s.Delete(ctx, key), "Apply": s.Apply(ctx, nil),
			"View":   s.View(ctx, func(kvdb.Reader) error { t.Error("a view of nothing"); return nil }),
			"Verify": s.Verify(ctx), "Ping": s.Ping(ctx), "Close": s.Close(),
		} {
			if e, ok := errors.AsType[*kvdb.Error](err); !ok || e.Kind != kvdb.ErrClosed {
				t.Errorf("%s: %v, want ErrClosed", call, err)
			}
		}
		over, cancel := context.WithCancel(ctx)
		cancel()
		if got := slices.Collect(s.Notices(over)); len(got) > 0 {
			t.Errorf("Notices: %v", got)
		}
		if got := s.Describe(); got != (kvdb.Info{}) {
			t.Errorf("Describe: %+v", got)
		}
	}
}

func TestNewOfNil(t *testing.T) {
	if s, err := kvpebble.New(nil, nil); s != nil || !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Errorf("New: %v, %v", s, err)
	}
	if s, err := kvpebble.New(new(pebble.DB), nil); s != nil || !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Errorf("New of a zero handle: %v, %v", s, err)
	}
	if s, err := kvpebble.Open("", nil); s != nil || !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Errorf("Open: %v, %v", s, err)
	}
}

// A nil Events hands on what it does not count.
func TestNilEventsListener(t *testing.T) {
	ends := 0
	l := (*kvpebble.Events)(nil).Listener(&pebble.EventListener{WriteStallEnd: func() { ends++ }})
	l.WriteStallEnd()
	if ends != 1 {
		t.Errorf("the user's listener got %d calls, want one", ends)
	}
}
