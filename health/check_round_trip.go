package health

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

// RoundTrip checks that a store keeps what it is given: it puts a value under a
// key that nothing else uses, such as "otelkv.health", and gets it again. That
// is a write on every run, and through an instrumented store it counts as
// operations; where reads are enough, use Ping. Replicas of the program may
// share the key. The key stays in the store, with 24 bytes. It says the name
// and "down".
func RoundTrip(name string, store kvdb.Store, key []byte) Check {
	c := newCheck(name, "down", 0)
	if c.noStore(store) {
		return c
	}
	c.Network = overNetwork(store)
	if len(key) == 0 {
		c.err = errors.New("the key is empty")
		return c
	}
	t := &roundTrip{store: store, key: bytes.Clone(key)}
	_, _ = rand.Read(t.self[:]) // it never fails
	c.Run = t.run
	return c
}

type roundTrip struct {
	store kvdb.Store
	key   []byte
	self  [8]byte // tells this process from other replicas
	trips atomic.Uint64
}

var errOtherValue = errors.New("the store returned another value than was put")

var roundTripMagic = []byte("otelkv:1")

func (t *roundTrip) run(ctx context.Context) error {
	trip := t.trips.Add(1)
	value := binary.BigEndian.AppendUint64(append(bytes.Clone(roundTripMagic), t.self[:]...), trip)
	if err := t.store.Put(ctx, t.key, value); err != nil {
		return final(err)
	}
	got, err := t.store.Get(ctx, t.key)
	if err != nil {
		return final(err)
	}
	const header = 16
	if len(got) != len(value) || !bytes.HasPrefix(got, roundTripMagic) {
		return errOtherValue
	}
	another := !bytes.Equal(got[:header], value[:header])
	if another || binary.BigEndian.Uint64(got[header:]) >= trip { // a later one where the check is registered twice
		return nil
	}
	return errOtherValue
}
