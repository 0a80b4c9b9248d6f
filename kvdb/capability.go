package kvdb

import (
	"context"
	"iter"
	"math"
	"time"
)

// An Appender reads a value into memory of the caller.
type Appender interface {
	// AppendGet appends the value under key to dst and returns the extended
	// slice, as append does. On an error, ErrNotFound among them, it returns dst
	// as it was. The caller owns dst before and after.
	AppendGet(ctx context.Context, dst, key []byte) ([]byte, error)
}

// A Mutation is one write of a batch.
type Mutation struct {
	Key, Value []byte
	Delete     bool // remove Key; Value is ignored
}

// A Batcher applies several writes as one.
type Batcher interface {
	// Apply makes all of the mutations visible at once, or none when it returns
	// an error. They take effect in order: the last of equal keys wins. An empty
	// batch does nothing and returns nil. The caller may reuse muts and its
	// bytes once Apply has returned.
	Apply(ctx context.Context, muts []Mutation) error
}

// An Exister looks for a key without reading its value.
type Exister interface {
	// Exists reports whether there is a value under key. That there is none is
	// false and no error. The value is not copied; whether the engine reads it all
	// the same is for the adapter to document.
	Exists(ctx context.Context, key []byte) (bool, error)
}

// A MultiGetter reads several values in one call.
type MultiGetter interface {
	// GetMany returns one value for each key in the order of keys; nil stands
	// for an absent key, so a present value is never nil. Equal keys are
	// answered each. The caller owns the result. No keys give an empty result
	// and no error.
	GetMany(ctx context.Context, keys [][]byte) ([][]byte, error)
}

// An Entry is a key with its value. Its bytes are valid until the next step of
// the iteration that yielded it, and must not be changed.
type Entry struct{ Key, Value []byte }

// A Range is an interval of keys in bytewise order: Start is in it, End is
// not. A nil or empty bound is open. A range whose Start is not below its End
// is empty, which is not an error.
type Range struct {
	Start, End []byte
	Limit      int  // the most entries to yield; 0 means all, below 0 is ErrInvalidArgument
	Reverse    bool // from the end to the start
	KeysOnly   bool // the value of each entry is nil: nothing is read or copied for it that can be left
}

// A Scanner iterates over keys in order.
type Scanner interface {
	// Scan yields the entries of r in bytewise order of their keys. Nothing
	// happens before the result is ranged over; it can be ranged over again,
	// and then reads anew. An error is yielded once, with a zero Entry, as the
	// last pair. Breaking out of the loop releases what the scan holds.
	//
	// The loop may write to the store. An entry that exists during the whole
	// iteration is yielded exactly once; whether one that comes or goes
	// meanwhile is yielded depends on the engine. The caller must not change
	// the bounds while it ranges.
	Scan(ctx context.Context, r Range) iter.Seq2[Entry, error]
}

// A PrefixScanner iterates over the keys that begin with a prefix.
type PrefixScanner interface {
	// ScanPrefix is Scan for the keys that begin with prefix, in any order. An
	// empty prefix means every key.
	ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[Entry, error]
}

// A Reader reads from one state of a store.
type Reader interface {
	Get(ctx context.Context, key []byte) ([]byte, error)
	Scan(ctx context.Context, r Range) iter.Seq2[Entry, error]
}

// A Txn reads and writes within a transaction, and reads what it wrote.
type Txn interface {
	Reader
	Put(ctx context.Context, key, value []byte) error
	Delete(ctx context.Context, key []byte) error
}

// A Viewer reads several keys from one state of the store.
type Viewer interface {
	// View calls fn once with a reader on the state of the store at that
	// moment: writes that come later are not seen. The reader is valid until fn
	// returns, and not safe for concurrent use. An error of fn is returned as it
	// is.
	View(ctx context.Context, fn func(Reader) error) error
}

// An Updater runs transactions.
type Updater interface {
	// Update calls fn and commits what it wrote, all or nothing. An error of fn
	// rolls back and is returned as it is. When the transaction loses to another
	// one, fn may run again, with a new Txn, so it must have no other effects;
	// if it keeps losing, the error matches ErrConflict. The Txn is valid until
	// fn returns, and not safe for concurrent use; fn must not write to the store
	// but through it.
	Update(ctx context.Context, fn func(Txn) error) error
}

// A Room provides the memory for a value of so many bytes that is about to be read: a
// slice of that capacity, whose bytes are overwritten from the first. The memory stays
// the caller's: the value is returned in it, and the store keeps none of it. In place of
// a slice of less capacity the store allocates one, as append does. Nil refuses the
// value; an empty value needs a slice that is empty and not nil.
//
// It is called while the engine holds the value, so it must not block or use the store,
// and the operation takes as much longer as it takes, in metrics, too. A panic ends the
// call and comes through to the caller; the engine lets go of the value.
type Room func(size int) []byte

// A SizedGetter reads a value into memory that the caller provides once it knows how
// large the value is.
type SizedGetter interface {
	// GetSized calls room with the size of the value under key before it copies it,
	// and returns the value in the memory that room has returned. It calls room at most
	// once, and never if the key is absent. If room refuses, the result is nil and there
	// is no error; a value that is delivered is never nil.
	GetSized(ctx context.Context, key []byte, room Room) ([]byte, error)
}

// A SizedMultiGetter reads several values in one call into memory that the caller
// provides as it learns how large each is.
type SizedMultiGetter interface {
	// GetManySized is GetMany with memory that room provides: it is called once for
	// each key that is present, in their order. When it refuses, the result ends before
	// that key, and there is no error.
	GetManySized(ctx context.Context, keys [][]byte, room Room) ([][]byte, error)
}

// A Swapper changes a value only if nobody else has.
type Swapper interface {
	// CompareAndSwap sets the value under key to new if it is old now. A nil old
	// stands for an absent key; a nil new is an empty value. A mismatch is
	// false and no error.
	CompareAndSwap(ctx context.Context, key, old, new []byte) (swapped bool, err error)
}

// A TTLPutter writes values that expire.
type TTLPutter interface {
	// PutTTL is Put of a value that is absent once ttl has passed, give or take
	// Info.TTLResolution. A later Put without a TTL keeps the value for good. A
	// ttl that is not positive is ErrInvalidArgument.
	PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error
}

// A TTLGetter tells how long values will stay.
type TTLGetter interface {
	// GetTTL returns the time after which the value under key is absent, give or take
	// Info.TTLResolution: 0 if it stays for good, and more than 0 if not. An absent key,
	// and one that has expired, is ErrNotFound. No value is read.
	GetTTL(ctx context.Context, key []byte) (ttl time.Duration, err error)
}

// A Pinger tells whether the engine answers.
type Pinger interface {
	// Ping makes the cheapest trip that proves that reads would be served, and
	// changes nothing.
	Ping(ctx context.Context) error
}

// Info describes a store. It names no keys and no credentials.
type Info struct {
	System        string        // the engine: pebble, bbolt, badger, redis, etcd, nats, memory
	Namespace     string        // which of its databases: a name, else the base name of its file
	Address       string        // the server's host, for a remote engine
	Port          int           // the server's port; 0 is none
	Remote        bool          // the engine is reached over a network
	TTLResolution time.Duration // how exactly a TTL is kept
	MaxKey        int           // the longest key in bytes; 0 is no limit of its own
	MaxValue      int           // the longest value in bytes; 0 is no limit of its own
}

// A Describer describes itself.
type Describer interface {
	// Describe returns the same Info for the life of the store. It does no I/O
	// and works after Close.
	Describe() Info
}

// NotConnected is the lag of a replica that a store knows, and that is not connected
// or cannot be read from yet: one that its configuration names, or that is still
// being filled.
const NotConnected time.Duration = math.MinInt64

// A Lagger knows how far its replicas are behind.
type Lagger interface {
	// ReplicationLag returns the lag of each replica under the replica's name,
	// whose number is bounded by the store's configuration. It lists each one that
	// there should be, with [NotConnected] where it is not connected; a store that
	// sees connections alone lists those. No other lag is negative: where clocks
	// disagree, it is 0. One that is listed no longer is missed for
	// five minutes, or until another has come in its place, and then forgotten. An
	// empty list is that of a store without replicas. The error matches ErrLagUnknown
	// when nothing can be said.
	ReplicationLag(ctx context.Context) (map[string]time.Duration, error)
}
