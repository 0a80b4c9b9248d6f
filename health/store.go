package health

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// Ping checks that a store answers, with its capability [kvdb.Pinger]. Pass the
// store below its instrumentation to keep pings out of the metrics of
// operations; through package instrument they are recorded as ping. A store
// that is closed or corrupt, and a refused connection, fail it at once. It says
// the name and "down": "database down".
func Ping(name string, store kvdb.Store) Check {
	c := newCheck(name, "down", 0)
	if c.noStore(store) {
		return c
	}
	c.Network = overNetwork(store)
	pinger, ok := kvdb.As[kvdb.Pinger](store)
	if !ok {
		c.err = errors.New("the store has no Pinger; RoundTrip works with every store")
		return c
	}
	c.Run = func(ctx context.Context) error { return final(pinger.Ping(ctx)) }
	return c
}

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
	t := roundTrip{store: store, key: bytes.Clone(key)}
	_, _ = rand.Read(t.self[:]) // it never fails
	c.Run = t.run
	return c
}

type roundTrip struct {
	store kvdb.Store
	key   []byte
	self  [8]byte // tells this process from other replicas
	trips uint64
}

var roundTripMagic = []byte("otelkv:1")

func (t *roundTrip) run(ctx context.Context) error {
	t.trips++
	value := binary.BigEndian.AppendUint64(append(bytes.Clone(roundTripMagic), t.self[:]...), t.trips)
	if err := t.store.Put(ctx, t.key, value); err != nil {
		return final(err)
	}
	got, err := t.store.Get(ctx, t.key)
	if err != nil {
		return final(err)
	}
	const header = 16
	another := len(got) == len(value) && bytes.HasPrefix(got, roundTripMagic) && !bytes.Equal(got[:header], value[:header])
	if another || bytes.Equal(got, value) {
		return nil
	}
	return errors.New("the store returned another value than was put")
}

// final makes errors decisive that do not go away.
func final(err error) error {
	if errors.Is(err, kvdb.ErrClosed) || errors.Is(err, kvdb.ErrCorruption) {
		return Decisive(err)
	}
	return err
}

// noStore notes a store that is not there: nil, or a nil pointer, whose methods
// would panic.
func (c *Check) noStore(store kvdb.Store) bool {
	if !typednil.Is(store) {
		return false
	}
	c.err = fmt.Errorf("the store is %s: open it first", typednil.Name(store))
	return true
}

func overNetwork(store kvdb.Store) bool {
	d, ok := kvdb.As[kvdb.Describer](store)
	return ok && d.Describe().Remote
}

// newCheck returns the part that the functions of this package have in common.
// An interval of 0 is the default.
func newCheck(name, reason string, interval time.Duration) Check {
	if interval == 0 {
		interval = defaultInterval
	}
	return Check{Name: name, Reason: name + " " + reason, Interval: interval}
}
