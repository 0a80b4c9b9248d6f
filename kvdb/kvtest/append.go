package kvtest

import (
	"bytes"
	"context"

	"github.com/otelkv/otelkv/kvdb"
)

var appendCases = []capabilityCase[kvdb.Appender]{
	{"Present", func(f *fixture, a kvdb.Appender) {
		f.put("k", "value")
		for name, dst := range map[string][]byte{
			"nil":                 nil,
			"empty":               {},
			"full":                []byte("prefix ")[:7:7],
			"with spare capacity": append(make([]byte, 0, 64), "prefix "...),
			"with some capacity":  append(make([]byte, 0, 9), "prefix "...),
		} {
			want := string(dst) + "value"
			got, err := a.AppendGet(f.Context(), dst, []byte("k"))
			if err != nil || string(got) != want {
				f.Errorf("AppendGet to a dst that is %s = %q, %v, want %q", name, got, err, want)
				continue
			}
			if cap(dst) >= len(want) && &got[0] != &dst[:1][0] {
				f.Errorf("AppendGet to a dst that is %s left its memory unused", name)
			}
			scribble(got[:cap(got)])
			f.wantValue(f.store, "k", "value")
		}
	}},
	{"EmptyValue", func(f *fixture, a kvdb.Appender) {
		f.put("k", "")
		got, err := a.AppendGet(f.Context(), []byte("prefix"), []byte("k"))
		if err != nil || string(got) != "prefix" {
			f.Errorf("AppendGet = %q, %v, want the prefix alone", got, err)
		}
	}},
	{"LeavesDstOnError", func(f *fixture, a kvdb.Appender) {
		gone, cancel := context.WithCancel(f.Context())
		cancel()
		for _, c := range []struct {
			name string
			ctx  context.Context
			key  string
			want error
		}{
			{"absent key", f.Context(), "absent", kvdb.ErrNotFound},
			{"empty key", f.Context(), "", kvdb.ErrInvalidArgument},
			{"canceled context", gone, "k", context.Canceled},
		} {
			dst := append(make([]byte, 0, 64), "prefix"...)
			got, err := a.AppendGet(c.ctx, dst, []byte(c.key))
			if c.want == kvdb.ErrNotFound {
				if err != kvdb.ErrNotFound {
					f.Errorf("AppendGet with an %s: %v, want ErrNotFound itself", c.name, err)
				}
			} else {
				f.wantError("AppendGet with an "+c.name, err, c.want)
			}
			if !bytes.Equal(got, dst) || cap(got) != cap(dst) || len(got) == 0 || &got[0] != &dst[0] {
				f.Errorf("AppendGet with an %s returned %q of capacity %d, want dst as it was", c.name, got, cap(got))
			}
			if got, _ := a.AppendGet(c.ctx, nil, []byte(c.key)); got != nil {
				f.Errorf("AppendGet with an %s returned %q for a nil dst, want nil", c.name, got)
			}
		}
	}},
}
