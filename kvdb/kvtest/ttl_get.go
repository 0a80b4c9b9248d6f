package kvtest

import (
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

var getTTLCases = []capabilityCase[kvdb.TTLGetter]{
	{"Absent", func(f *fixture, g kvdb.TTLGetter) {
		f.put("other", "v")
		f.wantNoTTL(g, "k")
		f.put("k", "v")
		f.delete("k")
		f.wantNoTTL(g, "k")
	}},
	{"ForGood", func(f *fixture, g kvdb.TTLGetter) {
		f.put("k", "v")
		f.wantTTL(g, "k", 0)
		f.put("empty", "")
		f.wantTTL(g, "empty", 0)
		if p, ok := kvdb.As[kvdb.TTLPutter](f.store); ok {
			f.putTTL(p, "k", "v", time.Hour)
			f.put("k", "v")
			f.wantTTL(g, "k", 0)
		}
	}},
	{"Remaining", func(f *fixture, g kvdb.TTLGetter) {
		p, ok := kvdb.As[kvdb.TTLPutter](f.store)
		if !ok {
			return
		}
		f.putTTL(p, "day", "v", 24*time.Hour)
		f.wantTTL(g, "day", 24*time.Hour)
		f.putTTL(p, "day", "v", time.Hour) // the last one is the one
		f.wantTTL(g, "day", time.Hour)
		f.putTTL(p, "empty", "", time.Hour)
		f.wantTTL(g, "empty", time.Hour)
		f.wantValue(f.store, "day", "v")
	}},
	{"Expired", func(f *fixture, g kvdb.TTLGetter) {
		p, ok := kvdb.As[kvdb.TTLPutter](f.store)
		if !ok {
			return
		}
		ttl := f.shortTTL()
		begun := time.Now()
		f.putTTL(p, "k", "v", ttl)
		f.awaitExpiry("k", begun, ttl)
		f.wantNoTTL(g, "k")
	}},
}

// wantTTL asks for the time of a key that was put a moment ago, and 0 for good.
func (f *fixture) wantTTL(g kvdb.TTLGetter, key string, want time.Duration) {
	f.Helper()
	// What the machine may take between a put and the question.
	const late = time.Minute
	got, err := g.GetTTL(f.Context(), []byte(key))
	switch {
	case err != nil:
		f.Errorf("GetTTL(%q) = %v, want %v", key, err, want)
	case want == 0 && got != 0, want > 0 && (got > want+f.info.TTLResolution || got <= want-f.info.TTLResolution-late):
		f.Errorf("GetTTL(%q) = %v, want %v", key, got, want)
	}
}

func (f *fixture) wantNoTTL(g kvdb.TTLGetter, key string) {
	f.Helper()
	got, err := g.GetTTL(f.Context(), []byte(key))
	if err != kvdb.ErrNotFound {
		f.Errorf("GetTTL(%q) = %v, %v, want ErrNotFound itself", key, got, err)
	}
	if got != 0 {
		f.Errorf("GetTTL(%q) of an absent key is %v beside its error, want 0", key, got)
	}
}
