package kvtest

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

var noticeCases = []capabilityCase[kvdb.Notifier]{
	{"Checked", func(f *fixture, n kvdb.Notifier) {
		f.put("k", "v")
		for _, notice := range f.notices(n) {
			if err := kvdb.CheckNotice(notice); err != nil {
				f.Errorf("Notices: %v", err)
			}
		}
	}},
	{"Waits", func(f *fixture, n kvdb.Notifier) {
		ctx, cancel := context.WithTimeout(f.Context(), 20*time.Millisecond)
		defer cancel()
		for range n.Notices(ctx) {
		}
		if ctx.Err() == nil {
			f.Error("the loop over Notices ended before its context did")
		}
	}},
	{"Again", func(f *fixture, n kvdb.Notifier) {
		first := f.notices(n)
		for range n.Notices(f.over()) {
			break
		}
		again := f.notices(n)
		f.close()
		for what, later := range map[string][]kvdb.Notice{"a second loop": again, "a loop after Close": f.notices(n)} {
			if len(later) < len(first) || !reflect.DeepEqual(later[:len(first)], first) {
				f.Errorf("%s yielded %+v, want %+v first", what, later, first)
			}
		}
	}},
}

// notices returns those that there are.
func (f *fixture) notices(n kvdb.Notifier) []kvdb.Notice {
	return slices.Collect(n.Notices(f.over()))
}

// over returns a context that is done.
func (f *fixture) over() context.Context {
	ctx, cancel := context.WithCancel(f.Context())
	cancel()
	return ctx
}
