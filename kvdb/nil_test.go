package kvdb_test

import (
	"context"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// Nil and zero values do nothing, but for a nil store, which is none.
func TestNilReceivers(t *testing.T) {
	for _, receiver := range []any{
		(*kvdb.Error)(nil), new(kvdb.Error), (*kvdb.NoticeBoard)(nil), new(kvdb.NoticeBoard),
		new(kvdb.Memory), kvdb.NewMemory(nil),
	} {
		testutil.CallNil(t, receiver)
	}
	if s, ok := kvdb.As[kvdb.Scanner](nil); ok {
		t.Errorf("nil has %v", s)
	}
	if got := kvdb.Capabilities(nil); len(got) > 0 {
		t.Errorf("nil has %q", got)
	}
}

// A nil board has nothing to read, until who reads gives up.
func TestNilNoticeBoard(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if got := slices.Collect((*kvdb.NoticeBoard)(nil).Notices(over)); len(got) > 0 {
		t.Errorf("a nil board has %v", got)
	}
}
