package kvtest

import (
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

var ttlCases = []capabilityCase[kvdb.TTLPutter]{
	{"NotPositive", func(f *fixture, p kvdb.TTLPutter) {
		f.put("k", "old")
		for _, ttl := range []time.Duration{0, -1, -time.Hour} {
			f.wantError("PutTTL of "+ttl.String(), p.PutTTL(f.Context(), []byte("k"), []byte("new"), ttl), kvdb.ErrInvalidArgument)
		}
		f.wantValue(f.store, "k", "old")
	}},
	{"LongTTL", func(f *fixture, p kvdb.TTLPutter) {
		key, value := []byte("k"), []byte("value")
		if err := p.PutTTL(f.Context(), key, value, 24*time.Hour); err != nil {
			f.Fatal(err)
		}
		scribble(key, value)
		f.wantValue(f.store, "k", "value")
		f.putTTL(p, "empty", "", 24*time.Hour)
		f.wantValue(f.store, "empty", "")
	}},
	{"Expires", func(f *fixture, p kvdb.TTLPutter) {
		f.put("forever", "v")
		ttl := f.shortTTL()
		begun := time.Now()
		f.putTTL(p, "k", "v", ttl)
		f.awaitExpiry("k", begun, ttl)
		f.wantValue(f.store, "forever", "v")
		if s, ok := kvdb.As[kvdb.Scanner](f.store); ok {
			f.wantPairs("after an expiry", s.Scan(f.Context(), kvdb.Range{}), []pair{{"forever", "v"}})
		}
		if g, ok := kvdb.As[kvdb.MultiGetter](f.store); ok {
			f.wantMany(g, []string{"k", "forever"}, [][]byte{nil, []byte("v")})
		}
		f.put("k", "again")
		f.wantValue(f.store, "k", "again")
	}},
	{"PutKeepsForGood", func(f *fixture, p kvdb.TTLPutter) {
		ttl := f.shortTTL()
		f.putTTL(p, "kept", "v", ttl)
		f.put("kept", "v")
		f.putTTL(p, "longer", "v", ttl)
		f.putTTL(p, "longer", "v", 24*time.Hour)
		f.put("shorter", "v")
		begun := time.Now()
		// Twice the resolution later than what must not expire would.
		ttl += 2 * f.info.TTLResolution
		f.putTTL(p, "shorter", "v", ttl)
		f.awaitExpiry("shorter", begun, ttl)
		f.wantValue(f.store, "kept", "v")
		f.wantValue(f.store, "longer", "v")
	}},
}

// shortTTL is the least whose keeping can be told from its neglect.
func (f *fixture) shortTTL() time.Duration {
	return max(20*time.Millisecond, 3*f.info.TTLResolution)
}

func (f *fixture) putTTL(p kvdb.TTLPutter, key, value string, ttl time.Duration) {
	f.Helper()
	if err := p.PutTTL(f.Context(), []byte(key), []byte(value), ttl); err != nil {
		f.Fatalf("PutTTL(%q, %v): %v", key, ttl, err)
	}
}

// awaitExpiry polls until key is absent, which must be neither before nor after
// its time. It was put after begun.
func (f *fixture) awaitExpiry(key string, begun time.Time, ttl time.Duration) {
	f.Helper()
	written := time.Now()
	resolution := f.info.TTLResolution
	poll := time.NewTicker(max(time.Millisecond, resolution/10))
	defer poll.Stop()
	for {
		asked := time.Now()
		_, err := f.store.Get(f.Context(), []byte(key))
		switch {
		case err == kvdb.ErrNotFound:
			if age := time.Since(begun); age < ttl-resolution {
				f.Errorf("a value with a TTL of %v was gone after %v", ttl, age)
			}
			return
		case err != nil:
			f.Fatalf("Get: %v", err)
		case asked.Sub(written) > ttl+resolution:
			f.Fatalf("a value with a TTL of %v was there after %v", ttl, asked.Sub(written))
		}
		select {
		case <-poll.C:
		case <-f.Context().Done():
			f.Fatal(f.Context().Err())
		}
	}
}
